#!/bin/sh
# Compiles rc-web for both platforms into DIST (default: dist beside this script), with
# static linking, so that Dockerfile.prebuilt has something to assemble.
# Needs gcc, and for the platform that is not this machine's gcc-aarch64-linux-gnu or
# gcc-x86-64-linux-gnu.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
dist=${1:-$here/dist}

compile() { # ARCHITECTURE COMPILER
  mkdir -p "$dist/$1"
  "$2" -O2 -Wall -static -I"$here/vendor" -o "$dist/$1/rc-web" \
    "$here"/src/*.c "$here"/vendor/*/*.c
}

compile amd64 x86_64-linux-gnu-gcc
compile arm64 aarch64-linux-gnu-gcc
