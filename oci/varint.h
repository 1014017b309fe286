// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

namespace bale::oci {

/// Appends a number as groups of seven bits, the lowest first; all but the last byte have the high
/// bit set. Small numbers take one byte.
inline void append_varint(std::string& text, std::uint64_t value) {
  for (; value >= 0x80; value >>= 7U) text += static_cast<char>(0x80U | (value & 0x7FU));
  text += static_cast<char>(value);
}

/// The difference as a number that is small for small differences of either sign; modulo 2^64.
inline std::uint64_t zigzag(std::uint64_t value, std::uint64_t before) {
  const std::uint64_t delta = value - before;
  return (delta >> 63U) != 0 ? ~(delta << 1U) : delta << 1U;
}

/// The value that gave that difference.
inline std::uint64_t unzigzag(std::uint64_t difference, std::uint64_t before) {
  return before + ((difference & 1U) != 0 ? ~(difference >> 1U) : difference >> 1U);
}

}  // namespace bale::oci
