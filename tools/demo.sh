#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# The main job, from nothing: a web service is built from its Dockerfile for linux/amd64
# and linux/arm64, stored, pushed to a registry on loopback, inspected, pushed again, and
# run. All that it needs is installed or made first.
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
support=$root/tests/support
. "$support/lib.sh"
. "$support/packages.sh"
. "$support/emulation.sh"
. "$support/podman.sh"
. "$support/registry.sh"

example=$root/docs/examples/rc-web
platforms=linux/amd64,linux/arm64

# RUN needs root: where we are not, sudo gives it.
bale() {
  printf '\n$ bale %s\n' "$*"
  with_container_settings "$root/build/release/bale" --store "$SCRATCH/store" "$@"
}

# Sets NO_RUN to the reason if RUN cannot be executed for both platforms.
prepare_run() {
  NO_RUN=
  enable_emulation || NO_RUN="no emulation of $(foreign_architecture)"
  configure_podman || NO_RUN=$PODMAN_PROBLEM
}

# Docker Hub's image where it answers, else one made from Debian's packages. Debian's
# own set-up scripts have to run for that; without emulation busybox stands in.
start_base_images() {
  local kind=debian
  base=debian:bookworm-slim bases_pid=
  if timeout 20 skopeo inspect docker://docker.io/library/debian:bookworm-slim >/dev/null 2>&1; then
    note "base images: Docker Hub"
    return
  fi
  architecture_runs "$(foreign_architecture)" || kind=busybox base=busybox:latest
  note "base images: $base from Debian's packages, while bale compiles"
  setsid "$support/make-base-images.sh" "$REGISTRY" "$kind" >"$SCRATCH/bases.log" 2>&1 </dev/null &
  bases_pid=$!
  at_exit stop_group "$bases_pid"
}

stop_group() { as_root kill -- "-$1" 2>/dev/null || true; }

finish_base_images() {
  [ -n "$bases_pid" ] || return 0
  wait "$bases_pid" || { cat "$SCRATCH/bases.log" >&2; fail "the base images could not be made"; }
}

compile() {
  cmake --preset release >/dev/null
  cmake --build --preset release
}

build_with_run() {
  bale build --platform "$platforms" -f "$example/Dockerfile.chef" --push \
    -t "$REGISTRY/daksha-rc/cargo-chef-base:latest" "$example"
  bale build --platform "$platforms" -t "$image" --push "$example"
}

build_without_run() {
  case $(foreign_architecture) in
    arm64) install_missing gcc-aarch64-linux-gnu libc6-dev-arm64-cross ;;
    amd64) install_missing gcc-x86-64-linux-gnu libc6-dev-amd64-cross ;;
  esac
  cp -r "$example" "$SCRATCH/rc-web"
  "$example/compile-prebuilt.sh" "$SCRATCH/rc-web/dist"
  bale build --platform "$platforms" -f "$example/Dockerfile.prebuilt" --no-run \
    --build-arg "BASE=$base" -t "$image" --push "$SCRATCH/rc-web"
}

# Two platforms and no others, and the same labels on both: asked of the registry, and of
# a tool that is not bale.
check_image() {
  local architecture labels=
  skopeo inspect --raw --tls-verify=false "docker://$image" | python3 -c '
import json, sys
platforms = [m["platform"]["os"] + "/" + m["platform"]["architecture"]
             for m in json.load(sys.stdin)["manifests"]]
sys.exit(platforms != ["linux/amd64", "linux/arm64"])' ||
    fail "the index does not hold exactly $platforms"
  for architecture in amd64 arm64; do
    skopeo inspect --override-arch "$architecture" --tls-verify=false --format '{{.Labels}}' \
      "docker://$image" >"$SCRATCH/labels-$architecture"
  done
  cmp "$SCRATCH/labels-amd64" "$SCRATCH/labels-arm64" || fail "the labels differ"
  labels=$(cat "$SCRATCH/labels-amd64")
  note "skopeo agrees: $platforms, labels $labels"
}

push_again() {
  local before
  before=$(registry_log_length)
  bale push "$image"
  wait_for 5 registry_was_asked "$before"
  requests_since "$before" | sed 's/^/   the registry was asked: /'
  ! requests_since "$before" | grep -qv '^HEAD ' || fail "a push of what is there moved something"
}

registry_was_asked() { [ -n "$(requests_since "$1")" ]; }

run_foreign_image() {
  local architecture machine port
  architecture=$(foreign_architecture)
  podman_as_root pull -q --arch "$architecture" --tls-verify=false "$image" >/dev/null
  podman_as_root run --detach --name rc-web --network=host --arch "$architecture" \
    --env RC_WEB_ADDRESS=127.0.0.1 --env RC_WEB_PORT=0 "$image" >/dev/null
  at_exit remove_service
  wait_for 30 service_listens >/dev/null || fail "rc-web does not start: $(podman_as_root logs rc-web 2>&1)"
  port=$(service_listens)
  machine=$(curl -fsS "http://127.0.0.1:$port/api/machine")
  note "GET /api/machine: $machine"
  case $architecture:$machine in
    arm64:*aarch64* | amd64:*x86_64*) ;;
    *) fail "the image of $architecture does not run as $architecture" ;;
  esac
}

remove_service() { podman_as_root rm --force --time 1 rc-web >/dev/null 2>&1; }
service_listens() { podman_as_root logs rc-web 2>/dev/null | grep -o '[0-9]*$'; }

cd "$root"
open_scratch demo
say "Packages"
install_missing "${BUILD_PACKAGES[@]}" "${RUN_PACKAGES[@]}" "${REGISTRY_PACKAGES[@]}"
prepare_run

say "A registry on loopback, base images, and bale itself"
start_registry
note "docker-registry listens on $REGISTRY"
image=$REGISTRY/daksha-rc/rc-web:v1
start_base_images
compile
finish_base_images
use_registry_as_mirror

say "Build for $platforms and push"
if [ -z "$NO_RUN" ]; then build_with_run; else build_without_run; fi

say "What it is"
bale images
bale inspect "$image"
check_image

say "Push again: nothing moves"
push_again

if [ -n "$NO_RUN" ]; then
  printf '\ndemo: ok without RUN: %s\n' "$NO_RUN"
  exit
fi
say "Build again: nothing runs"
bale build --platform "$platforms" -t "$image" --push "$example"
say "Run the image of $(foreign_architecture)"
run_foreign_image >"$SCRATCH/run.log" 2>&1 || { cat "$SCRATCH/run.log" >&2; fail "the image does not run"; }
cat "$SCRATCH/run.log"
printf '\ndemo: ok, RUN executed by Podman %s for linux/amd64 and linux/arm64\n' "$(podman_version)"
