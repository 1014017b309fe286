# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Programs of the other architecture, through qemu and binfmt_misc. Source lib.sh first.

# Debian's name of the architecture that is not this machine's.
foreign_architecture() {
  if [ "$(dpkg --print-architecture)" = arm64 ]; then echo amd64; else echo arm64; fi
}

# True if programs of Debian's architecture $1 run here, which arch-test finds out by running one.
architecture_runs() { arch-test "$1" >/dev/null 2>&1; }

# The package qemu-user-static registers its interpreters itself where init does
# its part; in a container, a chroot or a bare machine nobody has.
enable_emulation() {
  local cpu=aarch64
  [ "$(foreign_architecture)" = arm64 ] || cpu=x86_64
  architecture_runs "$(foreign_architecture)" && return
  [ -e /proc/sys/fs/binfmt_misc/register ] ||
    as_root mount -t binfmt_misc binfmt_misc /proc/sys/fs/binfmt_misc || return 1
  as_root update-binfmts --enable "qemu-$cpu" || return 1
  architecture_runs "$(foreign_architecture)"
}
