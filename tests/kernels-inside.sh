#!/bin/sh
# Runs under the kernel that is looked at, with a folder that holds `hike-kernels`,
# `bundles` and `tests`; prints rows for `hike-kernels table`.
folder=${1%/}
export HIKE_REQUIRE_KERNEL=1

"$folder/hike-kernels" probe "$folder"/bundles/*.hike
for test in "$folder"/tests/*; do
  name=$(basename "$test")
  if "$test" --test-threads=1 >/tmp/hike-test.log 2>&1; then
    printf 'tests of %s\tpassed\n' "$name"
  else
    printf 'tests of %s\tfailed\n' "$name"
    cat /tmp/hike-test.log >&2
  fi
done
rm -f /tmp/hike-test.log
