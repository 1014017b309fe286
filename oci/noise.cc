// SPDX-License-Identifier: Apache-2.0
#include "oci/noise.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <cstdint>

namespace bale::oci {

namespace {

constexpr std::size_t kPage = 4096;
constexpr std::size_t kFewestPages = 4;  // less is not worth a member of its own

/// A page of random bytes: the squares of the 256 frequencies add up to 69,632 on average, with a
/// deviation of 362. What deflate and its kind have written stays below this limit; Huffman codes
/// alone would take two per cent off what lies at it.
constexpr std::size_t kMostRepetition = 73'500;

/// Of 64 bytes from all over a page of noise, 57 are different on average; of text, 30.
bool may_be_noise(Bytes page) {
  constexpr std::size_t kSamples = 64;
  constexpr std::size_t kFewestDifferent = 50;
  std::bitset<256> seen;
  for (std::size_t i = 0; i < kPage; i += kPage / kSamples) {
    seen.set(std::to_integer<std::size_t>(page[i]));
  }
  return seen.count() >= kFewestDifferent;
}

bool is_noise(Bytes page) {
  if (!may_be_noise(page)) return false;
  // Two tables: a byte that comes twice in a row would wait for its own count.
  std::array<std::uint16_t, 256> even{};
  std::array<std::uint16_t, 256> odd{};
  for (std::size_t i = 0; i < kPage; i += 2) {
    ++even[std::to_integer<std::size_t>(page[i])];
    ++odd[std::to_integer<std::size_t>(page[i + 1])];
  }
  std::size_t repetition = 0;
  for (std::size_t byte = 0; byte < even.size(); ++byte) {
    const std::size_t count = std::size_t{even[byte]} + odd[byte];
    repetition += count * count;
  }
  return repetition < kMostRepetition;
}

std::size_t noise_at(Bytes rest) {
  std::size_t size = 0;
  while (size + kPage <= rest.size() && is_noise(rest.subspan(size, kPage))) size += kPage;
  return size;
}

}  // namespace

std::size_t most_stretches(std::size_t block) {
  return 2 * (block / (kPage * (kFewestPages + 1)) + 1) + 1;
}

std::vector<Stretch> find_noise(Bytes block) {
  std::vector<Stretch> stretches;
  std::size_t plain = 0;
  while (!block.empty()) {
    const std::size_t noise = noise_at(block);
    if (noise >= kFewestPages * kPage) {
      if (plain > 0) stretches.push_back({plain, false});
      stretches.push_back({noise, true});
      plain = 0;
      block = block.subspan(noise);
      continue;
    }
    const std::size_t passed = std::min(noise + kPage, block.size());
    plain += passed;
    block = block.subspan(passed);
  }
  if (plain > 0 || stretches.empty()) stretches.push_back({plain, false});
  return stretches;
}

}  // namespace bale::oci
