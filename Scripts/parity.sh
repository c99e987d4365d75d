#!/bin/sh
# Runs every live comparison in Reference/ and says how many agreed.
set -u
likeness=$1
passed=0
failed=0
for script in Reference/*/parity.py Reference/*/*_parity.py Reference/*/pipelines.py; do
    [ -f "$script" ] || continue
    echo "== $script"
    if .deps/parity/bin/python "$script" "$likeness" oracle; then passed=$((passed + 1)); else failed=$((failed + 1)); fi
done
echo "$passed passed, $failed failed"
[ "$failed" -eq 0 ]
