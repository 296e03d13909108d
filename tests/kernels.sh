#!/usr/bin/env bash
# Boots each kernel in an emulator, loads the VM, all objects and the bundles of all example
# scripts, runs the tests that need nothing but a kernel, and prints what came of it as one table; the
# kernel that runs here is its last column. Fails when a kernel refuses something, or a test fails.
#
# `kernels.sh FILE` also writes the table to a file.
set -euo pipefail
cd "$(dirname "$0")/.."
top=$PWD
work=$top/target/kernels

# Debian releases, each for the kernel that it has: 6.1 and 6.12.
releases=(bookworm trixie)
scripts=(fixtures/scripts/*.eclat packages/*/examples/*.eclat)
# What runs on each; HIKE_KERNEL_TESTS names fewer where time is short.
read -ra tests <<<"${HIKE_KERNEL_TESTS:-bytecode_kernel bytecode_native programs sweep loaders meters}"
# Seconds that a kernel may take in the emulator; CI has less patience.
patience=${HIKE_KERNEL_PATIENCE:-3600}

main() {
  mkdir -p "$work"
  build
  local release pids=()
  initramfs
  for release in "${releases[@]}"; do
    fetch "$release"
    boot "$release" &
    pids+=($!)
  done
  for pid in "${pids[@]}"; do wait "$pid"; done
  here
  local rows=()
  for release in "${releases[@]}" here; do rows+=("$work/$release.rows"); done
  local status=0
  target/debug/hike-kernels table "${rows[@]}" >"$work/table.md" || status=$?
  cat "$work/table.md"
  if [ $status != 0 ]; then
    echo "what the kernels said: $work/*.console" >&2
    exit $status
  fi
  [ $# = 0 ] || page >"$1"
}

# Bundles of the example scripts, and tests as programs that need no cargo.
build() {
  cargo build --quiet -p eclatc -p hike-loader -p hike-tests --bins
  rm -rf "$work/bundles" "$work/tests"
  mkdir -p "$work/bundles" "$work/tests"
  local script test program
  for script in "${scripts[@]}"; do
    target/debug/eclatc build "$script" -D DEVNAME=lo -L packages \
      -o "$work/bundles/$(basename "$script" .eclat).hike" >/dev/null
  done
  for test in "${tests[@]}"; do
    program=$(cargo test -p hike-tests --no-run --test "$test" 2>&1 |
      sed -n 's/.*Executable.*(\(.*\))$/\1/p')
    strip -o "$work/tests/$test" "$program"
  done
  strip -o "$work/hike-kernels" target/debug/hike-kernels
}

# The mirror that this machine takes its packages from, unless DEBIAN_MIRROR names another.
mirror() {
  local known
  known=$(apt-get indextargets --format '$(REPO_URI)' | grep -m1 '/debian/*$' || true)
  echo "${DEBIAN_MIRROR:-${known:?no mirror of Debian is known here, set DEBIAN_MIRROR}}"
}

# Downloads a release's kernel once, without installing it. The package lists are our own:
# this machine need not have the release among its sources.
fetch() {
  local folder=$work/$1
  [ -e "$folder/vmlinuz" ] && return
  mkdir -p "$folder/lists/partial" "$folder/cache/archives/partial"
  local keys=/usr/share/keyrings/debian-archive-keyring.gpg
  echo "deb [signed-by=$keys] $(mirror) $1 main" >"$folder/sources.list"
  local options=(-qq -o "Dir::Etc::sourcelist=$folder/sources.list" -o Dir::Etc::sourceparts=/dev/null
    -o "Dir::State::lists=$folder/lists" -o "Dir::Cache=$folder/cache"
    -o Acquire::Languages=none -o Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false
    -o APT::Sandbox::User=root)
  apt-get "${options[@]}" update
  local package
  package=$(apt-cache "${options[@]}" show linux-image-cloud-amd64 |
    sed -n 's/^Depends: \(linux-image-[^ ]*\).*/\1/p' | head -1)
  (cd "$folder" && apt-get "${options[@]}" download "$package")
  dpkg-deb -x "$folder"/linux-image-*.deb "$folder/root"
  mv "$folder"/root/boot/vmlinuz-* "$folder/vmlinuz"
  rm -rf "$folder"/{root,lists,cache} "$folder"/*.deb
}

# One file system for all kernels: a shell, our programs with the libraries that they need,
# and the repository where it lies here, because tests know their files by these paths.
initramfs() {
  local root=$work/root program
  rm -rf "$root"
  mkdir -p "$root"/{bin,proc,sys,dev,tmp}
  cp "$(command -v busybox)" "$root/bin/busybox"
  cp -r "$work/bundles" "$work/tests" "$work/hike-kernels" tests/kernels-inside.sh "$root/"
  for program in "$root/hike-kernels" "$root"/tests/*; do ldd "$program"; done |
    grep -o '/[^ ]*\.so[^ ]*' | sort -u | xargs -I{} cp --parents -L {} "$root"
  mkdir -p "$root$top"
  git ls-files -z | cpio --quiet -0 -pdL "$root$top" 2>/dev/null
  cat >"$root/init" <<'INIT'
#!/bin/busybox sh
/bin/busybox --install -s /bin
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
mount -t bpf bpf /sys/fs/bpf
# An emulator is slow; as many as usual run on the machine itself.
export HIKE_RANDOM_CHAINS=5
export HIKE_OTHER_KERNEL=1
sh /kernels-inside.sh / >/dev/ttyS1
poweroff -f
INIT
  chmod +x "$root/init"
  (cd "$root" && find . | cpio --quiet -o -H newc | gzip -1) >"$work/initramfs.gz"
}

# Rows come over the second serial line, everything else over the first. On a machine that has
# much to do, the emulated timer may be too late for the test that a kernel makes of it.
boot() {
  rm -f "$work/$1.rows"
  timeout $patience qemu-system-x86_64 -machine accel=tcg -cpu max -smp 2 -m 2G -nodefaults -display none \
    -no-reboot -kernel "$work/$1/vmlinuz" -initrd "$work/initramfs.gz" \
    -append "console=ttyS0 quiet panic=-1 no_timer_check" \
    -serial "file:$work/$1.console" -serial "file:$work/$1.lines" ||
    echo "$1: gave up after $patience seconds" >&2
  tr -d '\r' <"$work/$1.lines" >"$work/$1.rows"
}

here() {
  if [ "$(id -u)" != 0 ]; then
    echo "not root: this machine's own kernel is left out" >&2
    printf 'kernel\t%s\n' "$(uname -r)" >"$work/here.rows"
    return
  fi
  sh tests/kernels-inside.sh "$work" >"$work/here.rows" 2>"$work/here.console"
}

page() {
  cat <<PAGE
# Kernels

What each kernel makes of the VM, of all programs and loaders, and of the bundles of all
example scripts, \`fixtures/scripts\` and \`packages/*/examples\`.
\`tests/kernels.sh FILE\` writes this page: it boots Debian's kernels in an emulator, runs the
same here, and puts the figures together. A figure is how many instructions the verifier
walked; it gives up beyond a million. Programs in C (\`dpi\`, \`firewall\`) are whole only once
they are linked, so these are taken from a bundle.

$(cat "$work/table.md")

A row of a bundle is its chain loader, in the native tier with all that it calls.
The rows of tests are those that ran with it: \`HIKE_KERNEL_TESTS\` chooses them.
PAGE
}

main "$@"
