# SPDX-License-Identifier: Apache-2.0
# shellcheck shell=bash
# Debian's docker-registry on loopback, standing in for the registries of the world.
# Source lib.sh first.

# start_registry: sets REGISTRY to its HOST:PORT, REGISTRY_LOG to its log.
start_registry() {
  local folder="$SCRATCH/registry"
  mkdir -p "$folder/data"
  REGISTRY_LOG="$folder/log"
  cat >"$folder/config.yml" <<END
version: 0.1
log: {level: info, accesslog: {disabled: false}}
storage: {filesystem: {rootdirectory: "$folder/data"}, delete: {enabled: true}}
http: {addr: "127.0.0.1:0"}
END
  : >"$REGISTRY_LOG"
  docker-registry serve "$folder/config.yml" >>"$REGISTRY_LOG" 2>&1 </dev/null &
  at_exit stop_process $!
  wait_for 30 registry_answers || fail "docker-registry does not start: $(tail -n 1 "$REGISTRY_LOG")"
}

# The kernel chooses the port; the log tells it.
registry_answers() {
  local address
  address=$(grep -o 'listening on 127\.0\.0\.1:[0-9]*' "$REGISTRY_LOG" | head -n 1)
  [ -n "$address" ] || return 1
  REGISTRY=${address#listening on }
  curl -fsS -o /dev/null "http://$REGISTRY/v2/"
}

# use_registry_as_mirror: names of Docker Hub and GitHub resolve to REGISTRY first.
use_registry_as_mirror() {
  export CONTAINERS_REGISTRIES_CONF="$SCRATCH/registries.conf"
  local host
  {
    printf 'unqualified-search-registries = ["docker.io"]\n'
    printf '[[registry]]\nlocation = "%s"\ninsecure = true\n' "$REGISTRY"
    for host in docker.io ghcr.io; do
      printf '[[registry]]\nprefix = "%s"\nlocation = "%s"\n' "$host" "$host"
      printf '[[registry.mirror]]\nlocation = "%s"\ninsecure = true\n' "$REGISTRY"
    done
  } >"$CONTAINERS_REGISTRIES_CONF"
}

# docker_hub_answers: within seconds, or it counts as absent.
docker_hub_answers() {
  [ "$(curl -s -m 5 -o /dev/null -w '%{http_code}' https://registry-1.docker.io/v2/)" = 401 ]
}

# requests_since LINE: what the registry was asked after that line of its log, one a line.
requests_since() {
  tail -n "+$(($1 + 1))" "$REGISTRY_LOG" | grep -o '"\(GET\|HEAD\|POST\|PATCH\|PUT\|DELETE\) [^ ]*' | tr -d '"'
}

registry_log_length() { wc -l <"$REGISTRY_LOG"; }
