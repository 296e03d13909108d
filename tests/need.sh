#!/usr/bin/env bash
# Installs what is missing: `tests/need.sh run` for building the tools and running the
# demo, `tests/need.sh test` for all tests, `tests/need.sh ebpf` for building the eBPF
# objects, `tests/need.sh kernels` for booting other kernels. Says what it installs; run
# again, it installs nothing.
set -euo pipefail

run_packages=(build-essential iproute2 ethtool util-linux)
test_packages=("${run_packages[@]}" tar zstd llvm-22 clang-14 clang-22 libbpf-dev bpftool iputils-ping chromium python3-scapy)
ebpf_packages=(rustc-web cargo-web rust-web-src clang-22 llvm-22 llvm-22-dev libpolly-22-dev zlib1g-dev libzstd-dev)
kernels_packages=(build-essential qemu-system-x86 busybox-static cpio debian-archive-keyring)

main() {
  case ${1:-} in
    run) packages "${run_packages[@]}" ;;
    test) packages "${test_packages[@]}" ;;
    ebpf)
      packages build-essential "${ebpf_packages[@]}"
      linker
      ;;
    kernels) packages "${kernels_packages[@]}" ;;
    *)
      echo "usage: $0 run|test|ebpf|kernels" >&2
      exit 2
      ;;
  esac
  rust
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

packages() {
  local missing=()
  for package in "$@"; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' || missing+=("$package")
  done
  [ ${#missing[@]} = 0 ] && return
  echo "installing ${missing[*]}"
  if ! command -v apt-get >/dev/null; then
    echo "this is no Debian: please install the like of these packages by hand" >&2
    exit 3
  fi
  as_root apt-get update -qq
  as_root env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

linker() {
  command -v bpf-linker >/dev/null && return
  echo "installing bpf-linker (compiles for a minute)"
  PATH="/usr/lib/llvm-22/bin:$PATH" LLVM_PREFIX=/usr/lib/llvm-22 RUSTFLAGS="-L /usr/lib/llvm-22/lib" \
    cargo install --quiet --locked bpf-linker --version 0.13.0 --no-default-features --features llvm-22
}

rust() {
  command -v cargo >/dev/null && return
  echo "no cargo: please install Rust 1.95 or newer" >&2
  exit 3
}

main "$@"
