#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs run_inspect.py in a scratch folder of its own. For figures that mean anything: nothing
# else on the machine.
#
#   usage: run_inspect.sh BALE [--rounds N]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/lib.sh"

bale=${1:?usage: run_inspect.sh BALE [--rounds N]}
shift
open_scratch inspect
python3 "$here/run_inspect.py" --bale "$(realpath "$bale")" --scratch "$SCRATCH" "$@"
