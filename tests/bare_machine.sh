#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs tools/demo.sh and tools/test.sh where nothing is installed: a Debian 12 that has
# just been made, with a fresh clone of this repository. By hand, as root; see
# docs/TESTING.md.
#
#   usage: bare_machine.sh [demo|test]...
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
. "$root/tests/support/lib.sh"

make_machine() {
  mmdebstrap --quiet --variant=minbase --include=ca-certificates bookworm "$machine"
  cp /etc/resolv.conf "$machine/etc/resolv.conf"
  git clone --quiet --no-hardlinks "$root" "$machine/root/bale"
}

# A root of its own rather than a chroot: container runtimes pivot, which a chroot forbids.
in_machine() { # COMMAND
  # shellcheck disable=SC2016 # expanded by the inner shell
  unshare --mount --pid --fork --kill-child sh -euc '
    mount --make-rprivate /
    mount --bind "$1" "$1"
    cd "$1"
    mount -t proc proc proc
    mount --rbind /sys sys
    mount --rbind /dev dev
    mount -t tmpfs tmpfs run
    mkdir -p before
    pivot_root . before
    exec env -i HOME=/root PATH=/usr/sbin:/usr/bin:/sbin:/bin CI=true \
      chroot . /bin/bash -c "umount -l /before && cd /root/bale && $2"
  ' in_machine "$machine" "$1" </dev/null
}

[ "$(id -u)" = 0 ] || fail "this makes a machine: run it as root"
[ $# -gt 0 ] || set -- demo test
open_scratch bare-machine
machine=$SCRATCH/machine
say "A bare Debian 12"
make_machine
for script in "$@"; do
  say "tools/$script.sh"
  SECONDS=0
  in_machine "./tools/$script.sh"
  say "tools/$script.sh took $SECONDS seconds"
done
