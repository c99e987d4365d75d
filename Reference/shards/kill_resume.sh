#!/bin/sh
# Kills `likeness world make` at 20 random moments with kill -9, continues each time, and compares
# the data set with one that was made in one go.
#
#   sh kill_resume.sh LIKENESS [IDENTITIES [VIEWS [SIZE [KILLS]]]]
#
# OPTIONS in the environment are handed on to `world make`, for instance to cut smaller shards.
# Exits with 1 if any run ends with other bytes, or if fewer than half of the kills hit a run at work.
set -eu
likeness=$1
identities=${2:-20}
views=${3:-4}
size=${4:-64}
kills=${5:-20}
seed=11
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT

# Turns this shell into the command, so that a signal to it hits the command: call it in a subshell.
become_world() { # FOLDER WORKERS
    # shellcheck disable=SC2086  # a list of options
    exec "$likeness" world make --identities "$identities" --views "$views" --size "$size" \
        --workers "$2" --seed "$seed" --quiet ${OPTIONS:-} -o "$1"
}

# One line of all files' names and hashes; hidden files count.
digest() { (cd "$1" && find . -type f | LC_ALL=C sort | xargs sha256sum | sha256sum | cut -d' ' -f1); }

now() { python3 -c 'import time; print(int(time.time() * 1000))'; }

start=$(now)
(become_world "$folder/whole" 2)
length=$(($(now) - start))
whole=$(digest "$folder/whole")
echo "whole: $length ms, $(find "$folder/whole" -name '*.tar' | wc -l) shards"

failed=0
hits=0
kill_number=0
while [ "$kill_number" -lt "$kills" ]; do
    kill_number=$((kill_number + 1))
    # The moments are spread evenly over the run, each at random within its stretch.
    wait_seconds=$(python3 -c "
import random
print(random.Random($kill_number).uniform($kill_number - 1, $kill_number) / $kills * $length / 1000)")
    target=$folder/killed
    workers=$((kill_number % 4 + 1))
    become_world "$target" "$workers" &
    process=$!
    sleep "$wait_seconds"
    kill -9 "$process" 2>/dev/null || true
    status=0
    wait "$process" 2>/dev/null || status=$?
    [ "$status" -ne 137 ] || hits=$((hits + 1))
    left=$(find "$target" -name '*.tar' 2>/dev/null | wc -l)
    (become_world "$target" "$workers")
    if [ "$(digest "$target")" = "$whole" ]; then
        echo "kill $kill_number after $wait_seconds s (status $status, $left shards there): same bytes"
    else
        echo "kill $kill_number after $wait_seconds s (status $status, $left shards there): DIFFERS"
        failed=1
    fi
    rm -rf "$target"
done
echo "$hits of $kills kills hit a run at work"
[ "$failed" -eq 0 ] && [ "$((hits * 2))" -ge "$kills" ]
