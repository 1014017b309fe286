// SPDX-License-Identifier: Apache-2.0
#include "builder/duration.h"

#include <gtest/gtest.h>

namespace bale::builder {
namespace {

TEST(Duration, ReadsWhatGoReads) {
  EXPECT_EQ(parse_duration("0"), 0);
  EXPECT_EQ(parse_duration("1h30m"), 5'400'000'000'000);
  EXPECT_EQ(parse_duration("1.5s"), 1'500'000'000);
  EXPECT_EQ(parse_duration(".5s"), 500'000'000);
  EXPECT_EQ(parse_duration("100ms"), 100'000'000);
  EXPECT_EQ(parse_duration("10us"), 10'000);
  EXPECT_EQ(parse_duration("10\u00b5s"), 10'000);
  EXPECT_EQ(parse_duration("-1s"), -1'000'000'000);
}

TEST(Duration, RefusesWhatIsNone) {
  for (const char* bad : {"", "5", "s", "1x", "1 s", ".s", "1s1", "1..2s", "99999999999999h"}) {
    EXPECT_EQ(parse_duration(bad), std::nullopt) << bad;
  }
}

TEST(Duration, IsPrintedAsGoPrintsIt) {
  EXPECT_EQ(format_duration(0), "0s");
  EXPECT_EQ(format_duration(15), "15ns");
  EXPECT_EQ(format_duration(1'500), "1.5\u00b5s");
  EXPECT_EQ(format_duration(100'000'000), "100ms");
  EXPECT_EQ(format_duration(30'000'000'000), "30s");
  EXPECT_EQ(format_duration(90'000'000'000), "1m30s");
  EXPECT_EQ(format_duration(3'600'000'000'000), "1h0m0s");
}

}  // namespace
}  // namespace bale::builder
