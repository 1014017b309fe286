// SPDX-License-Identifier: Apache-2.0
#include "server/byte_range.h"

#include <gtest/gtest.h>

namespace bale::server {
namespace {

using Range = std::variant<ByteRange, Unsatisfiable>;

TEST(ByteRange, RangesOfABody) {
  EXPECT_EQ(parse_range("bytes=0-0", 10), Range(ByteRange{0, 1}));
  EXPECT_EQ(parse_range("bytes=3-5", 10), Range(ByteRange{3, 3}));
  EXPECT_EQ(parse_range("bytes=3-", 10), Range(ByteRange{3, 7}));
  EXPECT_EQ(parse_range("bytes=-4", 10), Range(ByteRange{6, 4}));
  EXPECT_EQ(parse_range("bytes=3-99", 10), Range(ByteRange{3, 7}));
  EXPECT_EQ(parse_range("bytes=-99", 10), Range(ByteRange{0, 10}));
}

TEST(ByteRange, RangesPastTheEnd) {
  EXPECT_EQ(parse_range("bytes=10-", 10), Range(Unsatisfiable{}));
  EXPECT_EQ(parse_range("bytes=0-", 0), Range(Unsatisfiable{}));
  EXPECT_EQ(parse_range("bytes=-0", 10), Range(Unsatisfiable{}));
  EXPECT_EQ(parse_range("bytes=18446744073709551615-", 10), Range(Unsatisfiable{}));
}

TEST(ByteRange, WhatIsNoSingleRangeIsIgnored) {
  for (const char* text : {"", "bytes", "bytes=", "bytes=-", "bytes=5-3", "bytes=1-2,4-5",
                           "items=0-1", "bytes=a-b", "bytes= 1-2", "bytes=99999999999999999999-"}) {
    EXPECT_EQ(parse_range(text, 10), std::nullopt) << text;
  }
}

TEST(ByteRange, RangesOfChunks) {
  EXPECT_EQ(parse_chunk_range("0-9"), (ByteRange{0, 10}));
  EXPECT_EQ(parse_chunk_range("5-5"), (ByteRange{5, 1}));
  for (const char* text :
       {"", "5", "-", "5-", "-5", "6-5", "bytes 0-9", "0-18446744073709551615"}) {
    EXPECT_EQ(parse_chunk_range(text), std::nullopt) << text;
  }
}

}  // namespace
}  // namespace bale::server
