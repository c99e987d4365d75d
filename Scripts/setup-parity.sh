#!/bin/sh
# A virtual environment with the Python references that `make parity` compares with.
set -eu
venv=.deps/parity
stamp=$venv/.requirements
if ! cmp -s Reference/requirements.txt "$stamp" 2>/dev/null; then
    python3 -m venv "$venv" ||
        { echo "likeness set-up: expected python3 to make virtual environments; on Debian run: apt-get install python3-venv" >&2; exit 4; }
    "$venv/bin/pip" install --quiet --disable-pip-version-check -r Reference/requirements.txt
    cp Reference/requirements.txt "$stamp"
fi
