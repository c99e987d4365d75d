#!/bin/sh
# The benchmarks of Docs/speed.md beside the Python references, in turn. Each part becomes a page in
# Docs/speed once it is done.
#
#   ROUNDS=1 PARTS="networks load" make bench     some parts, quickly; 3 rounds of all by default
set -eu
likeness=$1
python=.deps/parity/bin/python
rounds=${ROUNDS:-3}
parts="machine networks float32 pictures load scaling training operators"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
status=0

say() { printf '%s\n' "$@" | tee -a "$work/part"; }

# A command as code, then what it says: tables as they are, lines as code.
measure() {
    say "" "\`$(echo "$*" | sed "s|$python|python|; s|$likeness|likeness|; s|$work|FOLDER|")\`" ""
    if "$@" >"$work/out" 2>"$work/errors"; then
        case $(head -c 1 "$work/out") in
        '|') tee -a "$work/part" <"$work/out" ;;
        *) sed 's/^/    /' "$work/out" | tee -a "$work/part" ;;
        esac
    else
        failed=yes
        cat "$work/errors" >&2
        say "(failed)"
    fi
}

networks() { measure "$python" Reference/speed/networks.py "$likeness" --rounds "$rounds" "$@"; }

run_part() {
    case $1 in
    machine) title="the machine" && measure "$likeness" doctor ;;
    networks) title="networks in bf16" && networks --compile --openvino --plain ;;
    float32)
        title="networks in float32"
        networks --dtype fp32 --openvino --only "unet sd15 512 x 1" "vae sd15"
        ;;
    pictures)
        title="whole pictures"
        measure "$python" Reference/speed/pictures.py "$likeness" --rounds "$rounds"
        ;;
    load) title="from file to first step" && measure "$likeness" bench load --quiet ;;
    scaling)
        title="resolutions, batches and threads"
        measure "$likeness" bench scaling --output "$work/scaling" --quiet
        say "" "![time against resolution](resolution.svg)" \
            "![time against the number of pictures](batch.svg)"
        ;;
    training)
        title="a training step of the miniature base, latents and canvas"
        for shape in miniature canvas; do
            measure "$python" Reference/training/compare.py "$likeness" --shape "$shape" --bf16 \
                --batch 16 --steps 16 --rounds "$rounds"
        done
        ;;
    operators)
        title="operators, memory, files, the world"
        for bench in dispatch memory checkpoint world; do measure "$likeness" bench "$bench"; done
        ;;
    *)
        echo "make bench: expected of PARTS some of: $parts; found $1" >&2
        exit 2
        ;;
    esac
}

mkdir -p Docs/speed
for part in ${PARTS:-$parts}; do
    : >"$work/part"
    failed=
    run_part "$part"
    # What was measured before stays until it is measured again.
    [ -z "$failed" ] || { status=1 && continue; }
    [ "$part" != scaling ] || cp "$work"/scaling/*.svg Docs/speed/
    { printf '# Speed: %s\n\n%s, rounds: %s.\n' "$title" "$(date -u +%Y-%m-%d)" "$rounds" &&
        cat "$work/part"; } >"$work/whole"
    mv "$work/whole" "Docs/speed/$part.md"
    echo "written: Docs/speed/$part.md" >&2
done
exit "$status"
