// SPDX-License-Identifier: Apache-2.0
#include "builder/glob_substitution.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

TEST(GlobSubstitution, TrimsTheShortestOrTheLongestPrefix) {
  EXPECT_EQ(trim_prefix("a/b/c", "*/", Greed::kShortest), "b/c");
  EXPECT_EQ(trim_prefix("a/b/c", "*/", Greed::kLongest), "c");
  EXPECT_EQ(trim_prefix("abc", "*", Greed::kShortest), "abc");
  EXPECT_EQ(trim_prefix("abc", "*", Greed::kLongest), "");
  EXPECT_EQ(trim_prefix("abc", "b", Greed::kLongest), "abc");
  EXPECT_EQ(trim_prefix("abc", "???", Greed::kShortest), "");
  EXPECT_EQ(trim_prefix("abc", "????", Greed::kShortest), "abc");
  EXPECT_EQ(trim_prefix("", "*", Greed::kLongest), "");
}

TEST(GlobSubstitution, TrimsTheShortestOrTheLongestSuffix) {
  EXPECT_EQ(trim_suffix("a.b.c", ".*", Greed::kShortest), "a.b");
  EXPECT_EQ(trim_suffix("a.b.c", ".*", Greed::kLongest), "a");
  EXPECT_EQ(trim_suffix("abc", "abc", Greed::kShortest), "");
}

TEST(GlobSubstitution, ReplacesFromTheLeftAndTakesAsMuchAsItCan) {
  EXPECT_EQ(replace_matches("aXbXc", "X", "-", Occurrences::kFirst), "a-bXc");
  EXPECT_EQ(replace_matches("aXbXc", "X", "-", Occurrences::kAll), "a-b-c");
  EXPECT_EQ(replace_matches("xaybazb", "a*b", "_", Occurrences::kAll), "x_");
  EXPECT_EQ(replace_matches("aab", "ab", "_", Occurrences::kAll), "a_");
  EXPECT_EQ(replace_matches("abc", "*", "_", Occurrences::kAll), "__");
  EXPECT_EQ(replace_matches("abc", "", "_", Occurrences::kAll), "_a_b_c_");
  EXPECT_EQ(replace_matches("abc", "z", "_", Occurrences::kAll), "abc");
}

TEST(GlobSubstitution, RefusesOtherEscapesAndLongPatterns) {
  EXPECT_THROW(trim_prefix("a", "\\a", Greed::kShortest), oci::Error);
  EXPECT_THROW(trim_prefix("a", "\\", Greed::kShortest), oci::Error);
  EXPECT_THROW(trim_prefix("a", std::string(1025, 'a'), Greed::kShortest), oci::Error);
  EXPECT_THROW(replace_matches(std::string(1 << 20, 'a'), "?", "bb", Occurrences::kAll),
               oci::Error);
}

TEST(GlobSubstitution, IsNotSlowedDownByManyStars) {
  const std::string value(20'000, 'a');
  EXPECT_EQ(replace_matches(value, "a*a*a*a*a*b", "", Occurrences::kAll), value);
}

}  // namespace
}  // namespace bale::builder
