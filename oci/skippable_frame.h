// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace bale::oci {

inline constexpr std::size_t kSkippableHeader = 8;

/// A zstd frame that readers pass over (RFC 8878, 3.1.2). `content` is shorter than 4 GiB.
std::string skippable_frame(std::string_view content);

/// Appends the lowest byte first.
template <typename T>
void append_little_endian(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof value; ++i) out += static_cast<char>(value >> 8U * i & 0xFFU);
}

}  // namespace bale::oci
