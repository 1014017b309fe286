#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# Makes two base images for linux/amd64 and linux/arm64 from Debian's packages and
# pushes them to a registry:
#
#   library/debian:bookworm-slim  Debian 12 with apt, as small as it gets
#   library/busybox:latest        one static program; needs no emulation to be made
#
#   usage: make-base-images.sh HOST:PORT [debian|busybox]...
#
# The file trees are kept in $BALE_BASES (default: bale-bases in the folder for
# temporary files), so that only the first run takes its minute.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
. "$here/lib.sh"

registry=${1:?usage: make-base-images.sh HOST:PORT [debian|busybox]...}
shift
[ $# -gt 0 ] || set -- debian busybox
bases=${BALE_BASES:-${TMPDIR:-/tmp}/bale-bases}
architectures=(amd64 arm64)

# Others may write into /tmp: a folder that is not ours is not trusted.
open_bases() {
  mkdir -p "$bases"
  if [ ! -O "$bases" ] || [ -L "$bases" ]; then
    fail "$bases belongs to somebody else; set BALE_BASES"
  fi
  chmod 700 "$bases"
  exec 9>"$bases/.lock" # held until the script ends: two runs at once share one effort
  flock 9
}

# The mirror that this machine's apt uses, if it is a Debian.
debian_mirror() {
  local site
  # shellcheck disable=SC2016 # apt fills in the field
  site=$(apt-get indextargets --format '$(REPO_URI)' \
    'Created-By: Packages' 'Origin: Debian' 'Codename: bookworm' 2>/dev/null | head -n 1)
  echo "${site:-http://deb.debian.org/debian}"
}

bootstrap() { # ARCHITECTURE TAR OPTION...
  local architecture=$1 tar=$2
  shift 2
  as_root mmdebstrap --quiet --format=tar --architectures="$architecture" "$@" \
    bookworm "$tar.part" "$(debian_mirror)" </dev/null >"$tar.log" 2>&1 ||
    { cat "$tar.log" >&2; return 1; }
  as_root chown "$(id -u):$(id -g)" "$tar.part"
  mv "$tar.part" "$tar"
  rm "$tar.log"
}

# What the images of Docker Hub have too: apt leaves nothing behind that a layer would
# carry, and fetches no translations.
apt_settings=(
  --aptopt='Dir::Cache::pkgcache ""'
  --aptopt='Dir::Cache::srcpkgcache ""'
  --aptopt='Acquire::Languages "none"'
  --aptopt='DPkg::Post-Invoke { "rm -f /var/cache/apt/archives/*.deb || true"; }'
)

make_debian() { # ARCHITECTURE
  local unwanted omit=()
  for unwanted in doc info lintian locale man; do
    omit+=("--dpkgopt=path-exclude=/usr/share/$unwanted/*")
  done
  [ -s "$bases/debian-$1.tar" ] || bootstrap "$1" "$bases/debian-$1.tar" --variant=apt \
    --hook-dir=/usr/share/mmdebstrap/hooks/merged-usr --include=usr-is-merged \
    --dpkgopt=force-unsafe-io "${omit[@]}" "${apt_settings[@]}"
}

make_busybox() { # ARCHITECTURE
  [ -s "$bases/busybox-$1.tar" ] || bootstrap "$1" "$bases/busybox-$1.tar" \
    --variant=extract --include=busybox-static
}

make_all() { # debian|busybox
  local architecture waiting=()
  for architecture in "${architectures[@]}"; do
    "make_$1" "$architecture" &
    waiting+=($!)
  done
  for architecture in "${waiting[@]}"; do
    wait "$architecture" || fail "could not make the base image $1 from Debian's packages"
  done
}

push() { # debian|busybox REPOSITORY:TAG
  python3 "$here/pack_image.py" "--$1" "$bases/$1-layout" "${architectures[@]/#/$bases/$1-}"
  skopeo copy --quiet --all --dest-tls-verify=false \
    "oci:$bases/$1-layout" "docker://$registry/$2" >/dev/null
}

open_bases
for base in "$@"; do
  make_all "$base"
  case $base in
    debian) push debian library/debian:bookworm-slim ;;
    busybox) push busybox library/busybox:latest ;;
    *) fail "no base image $base: debian, busybox" ;;
  esac
done
