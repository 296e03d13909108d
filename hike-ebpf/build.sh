#!/usr/bin/env bash
# Builds every eBPF object and puts it where the tools look for it. `build.sh --check`
# compares instead: the objects in the repository must be what their sources give.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
llvm=${LLVM_PREFIX:-/usr/lib/llvm-22}
export PATH="$llvm/bin:$PATH" LD_LIBRARY_PATH="$llvm/lib${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}"

# Debian's rustc-web is a stable compiler with the sources of core; elsewhere a nightly
# with rust-src does the same.
if [ -x /usr/bin/cargo ] && [ -d /usr/lib/rustlib/src/rust ] || [ -d /usr/src/rustc-1.96.0 ]; then
  export RUSTC=/usr/bin/rustc RUSTC_BOOTSTRAP=1
  cargo=(/usr/bin/cargo)
else
  cargo=(cargo +nightly)
fi

# Symbols must not depend on where the sources lie, nor must line information.
export RUSTC_WRAPPER=$top/hike-ebpf/rustc-wrapper.sh
registry=${CARGO_HOME:-$HOME/.cargo}/registry/src
remap=("--remap-path-prefix=$top/=")
for folder in "$registry"/*/; do
  [ -d "$folder" ] && remap+=("--remap-path-prefix=$folder=crates/")
done
remap+=("--remap-path-prefix=/usr/lib/rustlib/src/rust/=rust/" "--remap-path-prefix=/usr/src/=rust/")

target=${HIKE_EBPF_TARGET:-$top/packages/target}
cd packages
config=()
for flag in "${remap[@]}"; do config+=(--config "target.bpfel-unknown-none.rustflags=['$flag']"); done
"${cargo[@]}" build --quiet --locked --release --target-dir "$target" "${config[@]}"
built=$target/bpfel-unknown-none/release
cd "$top"

status=0
place() { # binary, object
  local stripped
  stripped=$(mktemp)
  llvm-objcopy --strip-debug --strip-unneeded-symbol='.L*' "$1" "$stripped"
  if [ "${mode:-}" = check ]; then
    if cmp -s "$stripped" "$2"; then
      echo "same $2"
    else
      echo "differs: $2 is not what its source gives (run make ebpf)" >&2
      status=1
    fi
    rm -f "$stripped"
  else
    mkdir -p "$(dirname "$2")"
    chmod 644 "$stripped"
    mv "$stripped" "$2"
    echo "built $2"
  fi
}

mode=${1:-}
mode=${mode#--}
for program in executor executor_loop start nop native program; do
  place "$built/$program" "hike-ebpf/objects/$program.o"
done
for source in packages/*/src/bin/*.rs; do
  package=${source#packages/}
  program=$(basename "$source" .rs)
  place "$built/$program" "packages/${package%%/*}/objects/$program.o"
done
# Programs in C: the logic alone, the linker brings the VM.
compiled=$(mktemp)
trap 'rm -f "$compiled"' EXIT
for source in packages/*/src/*.c; do
  package=${source#packages/}
  program=$(basename "$source" .c)
  clang -O2 -g -Wall -Wextra -Werror -target bpf -mcpu=v3 -ffile-prefix-map="$top=" \
    -I hike-ebpf/include -c "$source" -o "$compiled"
  place "$compiled" "packages/${package%%/*}/objects/$program.o"
done
for source in benches/raw/src/bin/*.rs; do
  program=$(basename "$source" .rs)
  place "$built/$program" "benches/objects/$program.o"
done
exit $status
