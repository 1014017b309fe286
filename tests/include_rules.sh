#!/bin/sh
# Fails on an #include that goes against the direction of the dependencies:
# tools -> builder, registry, server -> oci; those three never include each other. And on
# whatever keeps a header from being one that others can include.
set -u
root=$1
status=0
forbid() { # FOLDER PATTERN
  if grep -rnE "^#include \"($2)/" "$root/$1" --include='*.h' --include='*.cc'; then
    echo "include rules: $1/ must not include $2/" >&2
    status=1
  fi
}
forbid oci 'registry|server|builder|tools|tests'
forbid registry 'server|builder|tools|tests'
forbid server 'registry|builder|tools|tests'
forbid builder 'registry|server|tools|tests'
forbid tools 'tests'

# C libraries, and what is as heavy, stay in the files that own them.
owners='oci/archive_library.h|oci/json.h|registry/curl_library.h|server/microhttpd_library.h'
if (cd "$root" && grep -nE '^#include <(CLI|archive|curl|crypt|fmt|gnutls|isa-l|libdeflate|microhttpd|nlohmann|openssl|rapidjson|toml|zstd)' \
    oci/*.h registry/*.h server/*.h builder/*.h) | grep -vE "^($owners):"; then
  echo "include rules: a header must not include a library" >&2
  status=1
fi

# It ends the program where what it calls throws: oci/once.h says why.
if (cd "$root" && grep -rnE 'std::(call_once\(|once_flag)' oci registry server builder tools --include='*.cc' --include='*.h'); then
  echo "include rules: oci::Once takes the place of std::call_once" >&2
  status=1
fi

# What an installed header includes is installed too.
public=$(for folder in oci registry builder; do
  awk -v folder="$folder" '/^bale_public_library\(/ {listed = 1; next}
    listed {header = $1; sub(/\)$/, "", header); print folder "/" header}
    /\)$/ {listed = 0}' "$root/$folder/CMakeLists.txt"
done)
# shellcheck disable=SC2086  # a list of words
missing=$( (cd "$root" && grep -hoE '^#include "(oci|registry|builder)/[^"]+"' $public) |
  sed 's/#include "\(.*\)"/\1/' | sort -u | while read -r header; do
  printf '%s\n' "$public" | grep -qxF "$header" || echo "$header"
done)
if [ -n "$missing" ]; then
  echo "include rules: public headers include these, which bale_public_library does not list:" "$missing" >&2
  status=1
fi

# A source names its own header first: it compiles, so that the header needs nothing before it.
for header in "$root"/oci/*.h "$root"/registry/*.h "$root"/server/*.h "$root"/builder/*.h "$root"/tools/*.h; do
  source=${header%.h}.cc
  [ -e "$source" ] || continue
  if ! grep -m 1 '^#include' "$source" | grep -qF "\"${header#"$root"/}\""; then
    echo "include rules: $source must include its own header first" >&2
    status=1
  fi
done
exit $status
