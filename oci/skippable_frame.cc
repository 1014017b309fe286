// SPDX-License-Identifier: Apache-2.0
#include "oci/skippable_frame.h"

#include <cstdint>

namespace bale::oci {

std::string skippable_frame(std::string_view content) {
  constexpr std::uint32_t kMagic = 0x184D2A50;
  std::string frame;
  append_little_endian(frame, kMagic);
  append_little_endian(frame, static_cast<std::uint32_t>(content.size()));
  return frame.append(content);
}

}  // namespace bale::oci
