#!/bin/sh
# Every benchmark of Docs/speed.md, beside the Python references, in turn and in one run.
set -eu
likeness=$1
python=.deps/parity/bin/python
"$likeness" doctor
status=0
"$likeness" bench dispatch
"$likeness" bench memory
"$likeness" bench checkpoint
"$likeness" bench world
echo "== networks, bf16"
"$python" Reference/speed/networks.py "$likeness" --compile --plain
echo "== networks, fp32"
"$python" Reference/speed/networks.py "$likeness" --dtype fp32 --only "sd15 512 x 1"
for shape in miniature canvas; do
    echo "== a training step, $shape"
    "$python" Reference/training/compare.py "$likeness" --shape "$shape" --bf16 --batch 16 --steps 16 ||
        status=1
done
exit "$status"
