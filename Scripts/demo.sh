#!/bin/sh
# The main job, on this machine: people of the world put into others' pictures, and one made again.
set -eu
likeness=$1
"$likeness" demo -o likeness-demo
"$likeness" replay likeness-demo/anna-portrait.png
"$likeness" world sheet identities --count 12 --size 160 -o likeness-demo/people.jpg --force
"$likeness" world flow 12/0 12/1 --size 192 -o likeness-demo/flow.jpg --force
