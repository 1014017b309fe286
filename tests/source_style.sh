#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Fails on C++ that is not as clang-format writes it, and on a script that shellcheck
# would not sign (a script that does not even parse stops every other test).
set -euo pipefail
cd "$1"
mapfile -t sources < <(find oci registry builder tools tests docs/examples \( -name '*.cc' -o -name '*.h' \))
mapfile -t scripts < <(find .ci tools tests docs/examples -name cases -prune -o \
  -type f \( -name '*.sh' -o -path '.ci/*' \) -print)
clang-format --dry-run -Werror "${sources[@]}"
shellcheck --external-sources --source-path=tests/support "${scripts[@]}"
