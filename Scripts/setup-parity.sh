#!/bin/sh
# A virtual environment with the Python references that `make parity` compares with.
set -eu
venv=.deps/parity
stamp=$venv/.requirements
if ! cmp -s Reference/requirements.txt "$stamp" 2>/dev/null; then
    python3 -m venv "$venv" ||
        { echo "likeness set-up: expected python3 to make virtual environments; on Debian run: apt-get install python3-venv" >&2; exit 4; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r Reference/requirements.txt
    # For benchmarks alone, and not made for every machine: they go without it.
    "$venv/bin/pip" install --quiet --disable-pip-version-check openvino==2026.4.1 ||
        echo "likeness set-up: no OpenVINO for this machine; the benchmarks leave it out" >&2
    cp Reference/requirements.txt "$stamp"
fi
