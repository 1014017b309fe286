#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Sends a blob to docker-registry in one stream and in parts of several sizes, over loopback and
# over a link with 40 ms of delay; docs/registries.md has what came of it.
#
#   usage: run_part_sizes.sh PART_SIZES [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/lib.sh"
. "$here/../support/registry.sh"

part_sizes=$(realpath "${1:?usage: run_part_sizes.sh PART_SIZES [ROUNDS]}")
rounds=${2:-5}
delay=40

open_scratch parts
start_registry
say "loopback, 256 MiB"
"$part_sizes" "$REGISTRY" 256 "$rounds"
python3 "$here/delay_proxy.py" "${REGISTRY##*:}" "$delay" >"$SCRATCH/port" &
at_exit stop_process $!
wait_for 10 test -s "$SCRATCH/port" || fail "no proxy"
say "$delay ms of delay, 256 MiB"
"$part_sizes" "127.0.0.1:$(cat "$SCRATCH/port")" 256 "$rounds"
