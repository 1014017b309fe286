#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Runs run_layers.py in a scratch folder of its own, where the tools that it compares keep
# their storage. For figures that mean anything: nothing else on the machine.
#
#   usage: run_layers.sh BALE OUTPUT_FOLDER [--scale small|full] [--rounds N]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/lib.sh"

bale=${1:?usage: run_layers.sh BALE OUTPUT_FOLDER [--scale small|full] [--rounds N]}
output=${2:?usage: run_layers.sh BALE OUTPUT_FOLDER [--scale small|full] [--rounds N]}
shift 2
open_scratch layers
python3 "$here/run_layers.py" --bale "$(realpath "$bale")" --scratch "$SCRATCH" \
  --output "$(realpath "$output")" "$@"
