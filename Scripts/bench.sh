#!/bin/sh
# Every benchmark of Docs/speed.md beside the Python references, in turn and in one run. What they say
# becomes Docs/speed-figures.md once all are done; ROUNDS=1 takes an hour, 3 are the default.
set -eu
likeness=$1
python=.deps/parity/bin/python
rounds=${ROUNDS:-3}
report=Docs/speed-figures.md
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

say() { printf '%s\n' "$@" | tee -a "$work/report"; }

# A heading and, as code, a command's words and its lines; a failure is told at the end.
section() {
    title=$1
    shift
    say "" "## $title" "" "\`$(echo "$*" | sed "s|$python|python|; s|$likeness|likeness|")\`" ""
    "$@" >"$work/out" 2>"$work/errors" || { status=1; cat "$work/errors" >&2; say "(failed)"; }
    case $(head -c 1 "$work/out") in
    '|') tee -a "$work/report" <"$work/out" ;;
    *) sed 's/^/    /' "$work/out" | tee -a "$work/report" ;;
    esac
}

say "# Speed: figures of one machine" "" \
    "Written by \`make bench\` on $(date -u +%Y-%m-%d), ROUNDS=$rounds; explained in [speed.md](speed.md)."
section "The machine" "$likeness" doctor
section "Networks in bf16" "$python" Reference/speed/networks.py "$likeness" --rounds "$rounds" \
    --compile --openvino --plain
section "Networks in float32" "$python" Reference/speed/networks.py "$likeness" --rounds "$rounds" \
    --dtype fp32 --openvino --only "unet sd15 512 x 1" "vae sd15"
section "Whole pictures" "$python" Reference/speed/pictures.py "$likeness" --rounds "$rounds"
section "From file to first step" "$likeness" bench load --quiet
section "Resolutions, batches and threads" "$likeness" bench scaling --output "$work/scaling" --quiet
for shape in miniature canvas; do
    section "A training step of the miniature base, $shape" "$python" Reference/training/compare.py \
        "$likeness" --shape "$shape" --bf16 --batch 16 --steps 16 --rounds "$rounds"
done
section "Operators" "$likeness" bench dispatch
section "Memory" "$likeness" bench memory
section "Weight files" "$likeness" bench checkpoint
section "The world" "$likeness" bench world
mkdir -p Docs/speed
cp "$work"/scaling/*.svg Docs/speed/
mv "$work/report" "$report"
echo "written: $report, Docs/speed" >&2
exit "$status"
