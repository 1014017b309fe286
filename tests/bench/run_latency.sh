#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Pushes an index of 20 small blobs over a link with 40 ms of delay, with bale and skopeo
# in turn, and compares the medians. As root, and where the kernel has netem, the
# registry stands in a network namespace behind it; else behind a proxy that delays.
#
#   usage: run_latency.sh BALE [ROUNDS]
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/../support/lib.sh"
. "$here/../support/registry.sh"

bale=$(realpath "${1:?usage: run_latency.sh BALE [ROUNDS]}")
rounds=${2:-7}
delay=40
platforms=(amd64 arm64 386 s390x ppc64le riscv64 mips64le loong64 arm mips)
far_side=bale-far-$$

# open_namespace: a link with netem, and the far end of it in a namespace of its own.
open_namespace() {
  ip netns add "$far_side" 2>>"$SCRATCH/link.log" || return 1
  at_exit ip netns delete "$far_side"
  ip link add "near$$" type veth peer name "far$$" netns "$far_side" || return 1
  tc qdisc add dev "near$$" root netem delay "${delay}ms" 2>>"$SCRATCH/link.log" || return 1
  ip addr add 10.213.77.1/24 dev "near$$"
  ip link set "near$$" up
  ip netns exec "$far_side" ip addr add 10.213.77.2/24 dev "far$$"
  ip netns exec "$far_side" ip link set "far$$" up
}

start_registry_in_namespace() {
  REGISTRY=10.213.77.2:5000
  cat >"$SCRATCH/config.yml" <<END
version: 0.1
log: {level: error, accesslog: {disabled: true}}
storage: {filesystem: {rootdirectory: $SCRATCH/data}}
http: {addr: "$REGISTRY", secret: fixed}
END
  ip netns exec "$far_side" docker-registry serve "$SCRATCH/config.yml" >"$SCRATCH/log" 2>&1 &
  at_exit stop_process $!
}

# start_registry_behind_proxy: on loopback, with the delay before it.
start_registry_behind_proxy() {
  start_registry
  python3 "$here/delay_proxy.py" "${REGISTRY##*:}" "$delay" >"$SCRATCH/port" &
  at_exit stop_process $!
  wait_for 10 test -s "$SCRATCH/port" || fail "no proxy"
  REGISTRY=127.0.0.1:$(cat "$SCRATCH/port")
}

start_far_registry() {
  if open_namespace; then
    start_registry_in_namespace
  else
    note "no netem here: a proxy delays"
    start_registry_behind_proxy
  fi
  wait_for 10 curl -sf -o "$SCRATCH/answer" "http://$REGISTRY/v2/" || fail "no registry"
}

# make_image ROUND: a layout with an index of ten platforms, 20 blobs that no round had before.
make_image() {
  local platform list
  mkdir -p "$SCRATCH/context"
  # shellcheck disable=SC2016  # the Dockerfile's variable
  printf 'FROM scratch\nARG TARGETARCH\nCOPY file-$TARGETARCH /file\n' >"$SCRATCH/context/Dockerfile"
  for platform in "${platforms[@]}"; do
    head -c 3000 /dev/urandom >"$SCRATCH/context/file-$platform"
  done
  list=$(printf 'linux/%s,' "${platforms[@]}")
  rm -rf "$SCRATCH/layout"
  "$bale" --store "$SCRATCH/store" --progress none build --platform "${list%,}" \
    -t "localhost/bench:$1" "$SCRATCH/context" >"$SCRATCH/digest" 2>"$SCRATCH/build.log" ||
    fail "$(cat "$SCRATCH/build.log")"
  "$bale" --store "$SCRATCH/store" --progress none copy "localhost/bench:$1" \
    "oci:$SCRATCH/layout:v1" >>"$SCRATCH/build.log" 2>&1 || fail "$(cat "$SCRATCH/build.log")"
}

# timed COMMAND ARG...: prints how many milliseconds it took.
timed() {
  local begin end
  begin=$(date +%s%N)
  "$@" >"$SCRATCH/output" 2>&1 || fail "$(cat "$SCRATCH/output")"
  end=$(date +%s%N)
  echo $(((end - begin) / 1000000))
}

push_with_bale() {
  timed "$bale" --store "$SCRATCH/empty" --tls-verify=false --progress none copy \
    "oci:$SCRATCH/layout:v1" "docker://$REGISTRY/bale-$1:v1"
}

push_with_skopeo() {
  timed skopeo copy --all --dest-tls-verify=false "oci:$SCRATCH/layout:v1" \
    "docker://$REGISTRY/skopeo-$1:v1"
}

median() { sort -n | awk '{v[NR] = $1} END {print v[int((NR + 1) / 2)]}'; }

open_scratch latency
start_far_registry
for ((round = 1; round <= rounds; round++)); do
  make_image "r$round"
  push_with_bale "$round" >>"$SCRATCH/bale.ms"
  push_with_skopeo "$round" >>"$SCRATCH/skopeo.ms"
  note "round $round: bale $(tail -n 1 "$SCRATCH/bale.ms") ms, skopeo $(tail -n 1 "$SCRATCH/skopeo.ms") ms"
done
ours=$(median <"$SCRATCH/bale.ms")
theirs=$(median <"$SCRATCH/skopeo.ms")
say "median: bale $ours ms, skopeo $theirs ms: $(awk -v a="$theirs" -v b="$ours" 'BEGIN {printf "%.1f", a / b}') times as fast"
