#!/bin/sh
# The main job, on this machine: for now what `likeness demo` shows, and people of the world.
set -eu
likeness=$1
"$likeness" demo -o likeness-demo
"$likeness" photo likeness-demo/sheet.png -o likeness-demo/sheet-small.webp --size 480 --force
"$likeness" model info likeness-demo/picture.safetensors --tensors
"$likeness" world sheet identities --count 12 --size 160 -o likeness-demo/people.jpg --force
"$likeness" world flow 12/0 12/1 --size 192 -o likeness-demo/flow.jpg --force
