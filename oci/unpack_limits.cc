// SPDX-License-Identifier: Apache-2.0
#include "oci/unpack_limits.h"

#include <algorithm>
#include <limits>

namespace bale::oci {

std::uint64_t UnpackLimits::for_blob(std::uint64_t size) const {
  if (size > std::numeric_limits<std::uint64_t>::max() / kRatio - kFree) return most;
  return std::min(most, kFree + kRatio * size);
}

}  // namespace bale::oci
