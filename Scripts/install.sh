#!/bin/sh
# Copies the binary to PREFIX/bin and the libraries it needs to PREFIX/lib/likeness.
set -eu
binary=$1
prefix=$2
mkdir -p "$prefix/bin" "$prefix/lib/likeness" ||
    { echo "likeness install: expected a PREFIX that may be written, found $prefix; try make install PREFIX=\$HOME/.local" >&2; exit 3; }
install -m 755 "$binary" "$prefix/bin/likeness.new"
for library in .deps/torch/lib/libtorch.* .deps/torch/lib/libtorch_cpu.* .deps/torch/lib/libtorch_cuda*.so \
    .deps/torch/lib/libc10*.so .deps/torch/lib/libc10.dylib .deps/torch/lib/libgomp* .deps/torch/lib/libomp*; do
    if [ -e "$library" ]; then cp -L "$library" "$prefix/lib/likeness/"; fi
done
mv "$prefix/bin/likeness.new" "$prefix/bin/likeness"
echo "installed $prefix/bin/likeness"
