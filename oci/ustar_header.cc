// SPDX-License-Identifier: Apache-2.0
#include "oci/ustar_header.h"

#include <cstring>

namespace bale::oci {

UstarSums ustar_sums(const UstarHeader& header) {
  UstarHeader copy = header;
  std::memset(copy.checksum, ' ', sizeof copy.checksum);
  const auto* bytes = reinterpret_cast<const unsigned char*>(&copy);
  UstarSums sums;
  for (std::size_t i = 0; i < sizeof copy; ++i) {
    sums.plain += bytes[i];
    sums.as_signed += static_cast<signed char>(bytes[i]);
  }
  return sums;
}

}  // namespace bale::oci
