#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The set-up for run_builds.py: a registry on loopback with the base image, and a Podman
# that runs.
#
#   usage: run_builds.sh BALE [--rounds N]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
support=$here/../support
. "$support/lib.sh"
. "$support/podman.sh"
. "$support/registry.sh"

bale=${1:?usage: run_builds.sh BALE [--rounds N]}
shift
open_scratch bench
configure_podman || fail "$PODMAN_PROBLEM"
start_registry
"$support/make-base-images.sh" "$REGISTRY" busybox
use_registry_as_mirror
with_container_settings python3 "$here/run_builds.py" --bale "$(realpath "$bale")" \
  --scratch "$SCRATCH" "$@"
