#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Builds everything and runs every test, on a machine that may have nothing yet but
# Debian 12. Arguments go to ctest: ./tools/test.sh -R oci_tests
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
support=$root/tests/support
. "$support/lib.sh"
. "$support/packages.sh"
. "$support/emulation.sh"
. "$support/podman.sh"

cd "$root"
open_scratch test
say "Packages"
install_missing "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${REGISTRY_PACKAGES[@]}" "${TEST_PACKAGES[@]}"
enable_emulation || note "no emulation of $(foreign_architecture)"
configure_podman || note "$PODMAN_PROBLEM"

say "Build"
cmake --preset ci
cmake --build --preset ci

say "Tests"
ctest --preset ci -j "$(nproc)" --timeout 900 "$@" </dev/null
