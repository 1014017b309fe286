#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The set-up for differential.py: a registry on loopback with the base image, and a
# Podman that runs.
#
#   usage: run.sh BALE [CASE]...
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
. "$support/lib.sh"
. "$support/podman.sh"
. "$support/registry.sh"

bale=${1:?usage: run.sh BALE [CASE]...}
shift
open_scratch differential
configure_podman || fail "$PODMAN_PROBLEM"
start_registry
"$support/make-base-images.sh" "$REGISTRY" busybox
use_registry_as_mirror
with_container_settings python3 "$here/differential.py" --bale "$(realpath "$bale")" --scratch "$SCRATCH" "$@"
