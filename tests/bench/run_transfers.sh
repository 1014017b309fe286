#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs run_transfers.py in a scratch folder of its own. For figures that mean anything:
# nothing else on the machine.
#
#   usage: run_transfers.sh BALE [--scale small|full] [--rounds N]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/lib.sh"

bale=${1:?usage: run_transfers.sh BALE [--scale small|full] [--rounds N]}
shift
open_scratch transfers
python3 "$here/run_transfers.py" --bale "$(realpath "$bale")" --scratch "$SCRATCH" "$@"
