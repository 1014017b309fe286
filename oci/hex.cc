// SPDX-License-Identifier: Apache-2.0
#include "oci/hex.h"

#include <cstddef>

namespace bale::oci {

namespace {

constexpr std::string_view kDigits = "0123456789abcdef";

unsigned digit_value(char digit) {
  return static_cast<unsigned>(digit <= '9' ? digit - '0' : digit - 'a' + 10);
}

}  // namespace

std::string to_hex(std::string_view bytes) {
  std::string digits;
  append_hex(bytes, digits);
  return digits;
}

void append_hex(std::string_view bytes, std::string& text) {
  const std::size_t before = text.size();
  text.resize(before + bytes.size() * 2);
  char* at = text.data() + before;
  for (const char c : bytes) {
    const auto byte = static_cast<unsigned char>(c);
    *at++ = kDigits[byte >> 4U];
    *at++ = kDigits[byte & 15U];
  }
}

std::string from_hex(std::string_view digits) {
  std::string bytes;
  bytes.reserve(digits.size() / 2);
  for (std::size_t i = 0; i + 1 < digits.size(); i += 2) {
    bytes += static_cast<char>(digit_value(digits[i]) << 4U | digit_value(digits[i + 1]));
  }
  return bytes;
}

}  // namespace bale::oci
