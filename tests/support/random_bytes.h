// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <cstring>
#include <random>
#include <string>

namespace bale::test {

/// Bytes that do not compress, the same on each run.
inline std::string random_bytes(std::size_t size, std::uint64_t seed = 42) {
  std::mt19937_64 generator(seed);
  std::string text(size, '\0');
  for (std::size_t i = 0; i + 8 <= size; i += 8) {
    const std::uint64_t word = generator();
    std::memcpy(text.data() + i, &word, sizeof word);
  }
  return text;
}

}  // namespace bale::test
