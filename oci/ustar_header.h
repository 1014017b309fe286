// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>

namespace bale::oci {

/// POSIX.1-1988 ustar (pax(1), "ustar Interchange Format").
struct UstarHeader {
  char name[100];
  char mode[8];
  char uid[8];
  char gid[8];
  char size[12];
  char mtime[12];
  char checksum[8];
  char type;
  char link[100];
  char magic[6];
  char version[2];
  char owner[32];
  char group[32];
  char major[8];
  char minor[8];
  char prefix[155];
  char unused[12];
};
static_assert(sizeof(UstarHeader) == 512);

/// The sum of the header's bytes with blanks for the checksum itself. Old tars added them as signed
/// numbers: both are taken.
struct UstarSums {
  long plain = 0;
  long as_signed = 0;
};
UstarSums ustar_sums(const UstarHeader& header);

}  // namespace bale::oci
