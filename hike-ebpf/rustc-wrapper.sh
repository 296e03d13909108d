#!/usr/bin/env bash
# Calls rustc with metadata that depends on the crate's name and version only. Cargo's
# depends on the folder of a crate outside its workspace, and ends up in symbol names.
set -euo pipefail
args=()
for arg in "$@"; do
  case $arg in
    metadata=*) args+=("metadata=${CARGO_PKG_NAME:-}-${CARGO_PKG_VERSION:-}-${CARGO_CRATE_NAME:-}") ;;
    *) args+=("$arg") ;;
  esac
done
exec "${args[@]}"
