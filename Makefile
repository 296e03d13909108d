# `make demo` and `make test` are all one needs; each installs what is missing.

# The kernel asks for root where programs are loaded.
sudo := $(shell [ $$(id -u) = 0 ] || echo sudo)

.PHONY: demo test build man ebpf ebpf-check kernels lint doc site bench bench-compiler density clean

# Builds the tools, runs the DDoS script on real packets, cleans up after itself.
demo:
	tests/need.sh run
	cargo build --release --workspace --bins
	$(sudo) target/release/hike-demo

# Every test, also those that need the kernel: as root they must run, else they say why not.
test:
	tests/need.sh test
	cargo build --workspace --bins
	HIKE_REQUIRE_KERNEL=$$([ $$(id -u) = 0 ] && echo 1) cargo test --workspace --no-fail-fast

build:
	cargo build --release --workspace --bins

# Rebuilds the eBPF objects in the repository from their sources.
ebpf:
	tests/need.sh ebpf
	hike-ebpf/build.sh

# Fails when an object in the repository is not what its source gives, or a crate outside of it
# cannot use the SDK.
ebpf-check:
	tests/need.sh ebpf
	hike-ebpf/build.sh --check
	HIKE_REQUIRE_EBPF=1 cargo test -p hike-tests --test templates

# Boots the kernels of Debian in an emulator and tries objects, bundles and tests on each.
kernels:
	tests/need.sh kernels
	tests/kernels.sh

lint:
	cargo fmt --all --check
	cd packages && cargo fmt --all --check
	cargo clippy --workspace --all-targets -- -D warnings

doc:
	RUSTDOCFLAGS="-D warnings -A rustdoc::private_intra_doc_links" cargo doc --workspace --no-deps --document-private-items

# The catalogue of packages and examples, target/site/index.html.
site:
	cargo run --release --quiet -p eclatc -- doc -o target/site -L packages fixtures/scripts

# Manual pages and shell completions of the tools, in target/man and target/completions.
man: build
	mkdir -p target/completions
	for tool in eclatc hike-ld hike-loader; do \
	  target/release/$$tool man target/man && \
	  for shell in bash zsh fish; do \
	    target/release/$$tool completions $$shell > target/completions/$$tool.$$shell; \
	  done; \
	done

# What chains cost on this machine; writes docs/benchmarks/figures.md and its plots.
bench:
	tests/need.sh run
	cargo build --release --workspace --bins
	$(sudo) target/release/hike-bench docs/benchmarks

# How fast the compiler is on this machine; needs no root.
bench-compiler:
	cargo build --release -p eclatc -p hike-bench-compiler
	target/release/hike-bench-compiler

# How short its code is, beside clang's; needs clang.
density:
	cargo run -q -p hike-bench-compiler --bin hike-density > docs/benchmarks/density.md.new
	mv docs/benchmarks/density.md.new docs/benchmarks/density.md

clean:
	cargo clean
	rm -rf packages/target
