# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash disable=SC2034
# A Podman that runs, with images of its own. Source lib.sh first.

# configure_podman: exports what Podman needs on this machine. Returns 1 and sets
# PODMAN_PROBLEM to one line where it cannot run at all.
configure_podman() {
  use_private_storage
  podman_runs && return
  write_containers_conf
  podman_runs && return
  unset CONTAINERS_CONF
  PODMAN_PROBLEM="podman run failed: $(tail -n 1 "$SCRATCH/podman-probe.err")"
  return 1
}

# The user's own images and containers are none of our business.
use_private_storage() {
  export CONTAINERS_STORAGE_CONF="$SCRATCH/storage.conf"
  cat >"$CONTAINERS_STORAGE_CONF" <<END
[storage]
driver = "overlay"
graphroot = "$SCRATCH/containers"
runroot = "$SCRATCH/containers-run"
END
}

# Proven by a real run of a real program, the only proof that there is, with the network that RUN
# gets.
podman_runs() {
  local root="$SCRATCH/podman-probe"
  if [ ! -x "$root/true" ]; then
    mkdir -p "$root"
    echo 'int main(void) { return 0; }' | gcc -static -x c -o "$root/true" - || return 1
  fi
  podman_as_root run --rm --rootfs "$root" /true 2>"$SCRATCH/podman-probe.err"
}

# Where cgroups are hybrid, or limits may not be raised, Podman's defaults fail.
write_containers_conf() {
  export CONTAINERS_CONF="$SCRATCH/containers.conf"
  cat >"$CONTAINERS_CONF" <<END
[containers]
default_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]
netns = "host"
[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
END
}

# podman_as_root ARG...: sudo drops the environment that names our settings.
podman_as_root() { with_container_settings podman "$@"; }

with_container_settings() {
  local name settings=()
  for name in CONTAINERS_CONF CONTAINERS_STORAGE_CONF CONTAINERS_REGISTRIES_CONF; do
    [ -z "${!name:-}" ] || settings+=("$name=${!name}")
  done
  as_root env "${settings[@]}" "$@"
}

podman_version() { podman version --format '{{.Client.Version}}'; }
