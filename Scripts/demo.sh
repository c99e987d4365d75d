#!/bin/sh
# The main job, on this machine: for now what `likeness demo` shows.
set -eu
likeness=$1
"$likeness" demo -o likeness-demo
"$likeness" photo likeness-demo/sheet.png -o likeness-demo/sheet-small.webp --size 480 --force
"$likeness" model info likeness-demo/picture.safetensors --tensors
