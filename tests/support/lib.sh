# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# What every script of this project shares: messages, one scratch folder, and a
# list of things to undo at the end. Source it, then call `open_scratch NAME`.

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
fail() {
  printf 'error: %s\n' "$*" >&2
  exit 1
}

as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"; else sudo "$@"; fi
}

undo_list=()

# at_exit COMMAND ARG...: runs when the script ends, the newest entry first.
at_exit() {
  undo_list+=("$(printf '%q ' "$@")")
}

run_undo_list() {
  local status=$? i
  trap - EXIT
  for ((i = ${#undo_list[@]} - 1; i >= 0; i--)); do
    eval "${undo_list[i]}" || true
  done
  exit "$status"
}

# open_scratch NAME: sets SCRATCH to a new folder that goes away with the script.
open_scratch() {
  SCRATCH=$(mktemp -d "${TMPDIR:-/tmp}/bale-${1:?a name}.XXXXXX") || exit
  at_exit remove_scratch
  trap run_undo_list EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# A storage driver may leave a mount behind; nothing below a mount must be deleted.
remove_scratch() {
  local mounted
  [ -d "${SCRATCH:?}" ] || return
  while read -r mounted; do
    as_root umount -l "$mounted"
  done < <(awk -v under="$SCRATCH/" 'index($2, under) == 1 {print $2}' /proc/mounts | sort -r)
  as_root rm -rf "$SCRATCH"
}

# wait_for SECONDS COMMAND ARG...: until the command succeeds.
wait_for() {
  local deadline=$((SECONDS + $1))
  shift
  until "$@"; do
    [ "$SECONDS" -lt "$deadline" ] || return 1
    sleep 0.05
  done
}

# stop_process PID: asks it to end, and waits until it did.
stop_process() {
  as_root kill "$1" 2>/dev/null || return 0
  wait "$1" 2>/dev/null || wait_for 10 process_is_gone "$1" || as_root kill -KILL "$1"
}

process_is_gone() { ! as_root kill -0 "$1" 2>/dev/null; }
