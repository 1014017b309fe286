#!/bin/sh
# Fails on an #include that goes against the direction of the dependencies:
# tools -> builder, registry -> oci; builder and registry never include each other.
set -u
root=$1
status=0
forbid() { # FOLDER PATTERN
  if grep -rnE "^#include \"($2)/" "$root/$1" --include='*.h' --include='*.cc'; then
    echo "include rules: $1/ must not include $2/" >&2
    status=1
  fi
}
forbid oci 'registry|builder|tools|tests'
forbid registry 'builder|tools|tests'
forbid builder 'registry|tools|tests'
forbid tools 'tests'
exit $status
