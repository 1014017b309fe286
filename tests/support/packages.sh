# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# Debian's packages, by what needs them. Source lib.sh first.

BUILD_PACKAGES=(ca-certificates cmake g++ libarchive-dev libcli11-dev libcurl4-openssl-dev
  libdeflate-dev libfmt-dev libisal-dev libmicrohttpd-dev libssl-dev libtomlplusplus-dev
  libzstd-dev make ninja-build nlohmann-json3-dev pkg-config rapidjson-dev)

# Podman and what it needs to execute RUN, also for a foreign architecture.
RUN_PACKAGES=(binfmt-support fuse-overlayfs netavark podman qemu-user-static runc slirp4netns uidmap)

# The registry and the base images on loopback, and the tools that look at them.
REGISTRY_PACKAGES=(arch-test curl debian-archive-keyring docker-registry mmdebstrap python3 skopeo)

TEST_PACKAGES=(buildah busybox-static bzip2 clang-format git libbenchmark-dev libgmock-dev libgtest-dev
  nginx-light openssl procps shellcheck umoci xz-utils zstd)

package_is_installed() {
  [ "$(dpkg-query --show --showformat='${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# install_missing PACKAGE...: nothing is asked of the network when all are there.
install_missing() {
  local package missing=()
  for package in "$@"; do
    package_is_installed "$package" || missing+=("$package")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  note "apt-get install ${missing[*]}"
  forbid_service_starts
  as_root apt-get update -q >/dev/null
  as_root env DEBIAN_FRONTEND=noninteractive \
    apt-get install -q -y --no-install-recommends "${missing[@]}" </dev/null >/dev/null
  allow_service_starts "${missing[@]}"
}

# Some of the packages are services. The scripts start their own copies on free
# ports; the machine must not get one on the default port, now or at the next start.
POLICY=/usr/sbin/policy-rc.d

forbid_service_starts() {
  [ ! -e "$POLICY" ] || return 0
  at_exit as_root rm -f "$POLICY"
  printf '#!/bin/sh\nexit 101\n' | as_root tee "$POLICY" >/dev/null
  as_root chmod 755 "$POLICY"
}

allow_service_starts() {
  local package
  as_root rm -f "$POLICY"
  [ -d /run/systemd/system ] || return 0
  for package in "$@"; do
    case $package in docker-registry | nginx-light) as_root systemctl disable -q "${package%-light}" ;; esac
  done
}
