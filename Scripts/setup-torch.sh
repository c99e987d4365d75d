#!/bin/sh
# Puts libtorch under .deps/torch (a link) and writes .deps/pkgconfig/likeness-torch.pc for it.
# LIKENESS_TORCH=DIR takes another libtorch (2.11 or later; DIR holds include/ and lib/).
set -eu

version=2.13.0
deps=$(pwd)/.deps
wheel=$deps/torch-$version
mkdir -p "$deps/pkgconfig"

fail() {
    printf 'likeness set-up: %s\n' "$1" >&2
    exit 1
}

fetch() {
    partial=$wheel.partial
    rm -rf "$partial"
    echo "likeness set-up: fetching libtorch $version (once)"
    pip() { python3 -m pip install --quiet --disable-pip-version-check --no-warn-script-location --root-user-action ignore --target "$partial" "$@"; }
    # A CPU build has no dependencies that C++ needs. Where none is offered, the default wheel comes
    # with its own (on Linux: the CUDA libraries, on macOS: nothing of weight).
    if [ "$(uname)" = Darwin ]; then
        pip --no-deps "torch==$version"
    elif ! pip --no-deps "torch==$version+cpu" 2>/dev/null; then
        rm -rf "$partial"
        echo "likeness set-up: no CPU build is offered here; taking the default wheel and what it needs"
        pip "torch==$version" || fail "could not fetch torch==$version with pip; is there a network? LIKENESS_TORCH=DIR uses a libtorch you already have"
    fi
    mv "$partial" "$wheel"
}

if [ -n "${LIKENESS_TORCH:-}" ]; then
    root=$LIKENESS_TORCH
else
    root=$wheel/torch
    [ -d "$wheel" ] || fetch
fi
[ -f "$root/include/ATen/core/dispatch/Dispatcher.h" ] && ls "$root"/lib/libtorch_cpu.* >/dev/null 2>&1 ||
    fail "expected a libtorch with include/ and lib/ in $root, found none; unset LIKENESS_TORCH to fetch one, or remove .deps and try again"
root=$(cd "$root" && pwd)
target=$root
# Our own is linked relatively, so that a checkout can be moved with its build.
[ "$root" = "$wheel/torch" ] && target=torch-$version/torch
[ "$(readlink "$deps/torch" 2>/dev/null)" = "$target" ] || { rm -f "$deps/torch"; ln -s "$target" "$deps/torch"; }

libraries="-ltorch -ltorch_cpu -lc10"
[ -e "$root/lib/libtorch_cuda.so" ] && libraries="$libraries -ltorch_cuda -lc10_cuda"
escaped=$(printf %s "$deps/torch" | sed 's/ /\\ /g')
cat >"$deps/pkgconfig/likeness-torch.pc.new" <<PC
Name: likeness-torch
Description: libtorch, as Likeness found it
Version: $version
Cflags: -I$escaped/include -I$escaped/include/torch/csrc/api/include
Libs: -L$escaped/lib $libraries
PC
# Unchanged content keeps its time stamp, so nothing is rebuilt.
if cmp -s "$deps/pkgconfig/likeness-torch.pc.new" "$deps/pkgconfig/likeness-torch.pc"; then
    rm "$deps/pkgconfig/likeness-torch.pc.new"
else
    mv "$deps/pkgconfig/likeness-torch.pc.new" "$deps/pkgconfig/likeness-torch.pc"
fi
