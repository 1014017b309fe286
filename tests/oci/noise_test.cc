// SPDX-License-Identifier: Apache-2.0
#include "oci/noise.h"

#include <random>
#include <string>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bale::oci {
namespace {

using Lines = std::vector<std::string>;

std::string noise(std::size_t size) {
  std::mt19937_64 random(7);
  std::string bytes;
  while (bytes.size() < size) bytes += static_cast<char>(random());
  return bytes;
}

std::string text(std::size_t size) {
  std::string bytes;
  for (int i = 0; bytes.size() < size; ++i) bytes += "line " + std::to_string(i) + "\n";
  return bytes.substr(0, size);
}

Lines stretches_of(const std::string& block) {
  Lines lines;
  for (const auto& each : find_noise(as_bytes(block))) {
    lines.push_back((each.is_noise ? "noise " : "plain ") + std::to_string(each.size));
  }
  return lines;
}

TEST(Noise, IsFoundBetweenOtherThings) {
  EXPECT_EQ(stretches_of(text(8192) + noise(40'960) + text(100)),
            (Lines{"plain 8192", "noise 40960", "plain 100"}));
  EXPECT_EQ(stretches_of(noise(65'536)), Lines{"noise 65536"});
  EXPECT_EQ(stretches_of(noise(16'384) + text(4096) + noise(16'384)),
            (Lines{"noise 16384", "plain 4096", "noise 16384"}));
}

TEST(Noise, OfLessThanFourPagesDoesNotCount) {
  EXPECT_EQ(stretches_of(text(4096) + noise(12'288) + text(4096)), Lines{"plain 20480"});
  EXPECT_EQ(stretches_of(noise(16'383)), Lines{"plain 16383"});
}

TEST(Noise, IsNotWhatCodesMakeSmaller) {
  EXPECT_EQ(stretches_of(text(100'000)), Lines{"plain 100000"});
  EXPECT_EQ(stretches_of(std::string(100'000, '\0')), Lines{"plain 100000"});
  std::string base64 = noise(100'000);
  for (char& each : base64)
    each = static_cast<char>('0' + (static_cast<unsigned char>(each) & 63U));
  EXPECT_EQ(stretches_of(base64), Lines{"plain 100000"});
  std::string seven_bits = noise(100'000);
  for (char& each : seven_bits) each = static_cast<char>(each & 0x7F);
  EXPECT_EQ(stretches_of(seven_bits), Lines{"plain 100000"});
}

TEST(Noise, CoversTheWholeBlockInFewStretches) {
  EXPECT_EQ(stretches_of(""), Lines{"plain 0"});
  std::string mixed;
  while (mixed.size() < 1'000'000) mixed += noise(16'384) + text(4096);
  const auto stretches = find_noise(as_bytes(mixed));
  std::size_t size = 0;
  for (const auto& each : stretches) size += each.size;
  EXPECT_EQ(size, mixed.size());
  EXPECT_GT(stretches.size(), 90U);
  EXPECT_LE(stretches.size(), most_stretches(mixed.size()));
}

}  // namespace
}  // namespace bale::oci
