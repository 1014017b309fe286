// SPDX-License-Identifier: Apache-2.0
#include "builder/glob.h"

#include <string>

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::builder {
namespace {

TEST(Glob, MatchesAsGoDoes) {
  EXPECT_TRUE(glob_match("*", ".hidden"));
  EXPECT_TRUE(glob_match("*", ""));
  EXPECT_TRUE(glob_match("a*c", "abbc"));
  EXPECT_TRUE(glob_match("a*b*c", "a-b-b-c"));
  EXPECT_FALSE(glob_match("a*b*c", "a-b-b"));
  EXPECT_TRUE(glob_match("?", "\xC3\xA4"));
  EXPECT_FALSE(glob_match("?", ""));
  EXPECT_TRUE(glob_match("[a-c]x", "bx"));
  EXPECT_FALSE(glob_match("[^a-c]x", "bx"));
  EXPECT_TRUE(glob_match("[^a-c]x", "dx"));
  EXPECT_TRUE(glob_match("[\xC3\xA0-\xC3\xBF]", "\xC3\xA4"));
  EXPECT_TRUE(glob_match("\\*", "*"));
  EXPECT_FALSE(glob_match("\\*", "a"));
  EXPECT_TRUE(glob_match("[\\]]", "]"));
  EXPECT_TRUE(glob_match("?", "\xFF"));
}

TEST(Glob, RejectsMalformedPatternsWhateverTheName) {
  for (const char* pattern : {"a[", "[]a]", "[-]", "[a-]", "a\\", "z[a"})
    EXPECT_THROW(glob_match(pattern, "b"), oci::Error) << pattern;
}

TEST(Glob, TakesNoExponentialTime) {
  std::string pattern;
  for (int i = 0; i < 60; ++i) pattern += "*a";
  EXPECT_FALSE(glob_match(pattern + "b", std::string(250, 'a')));
}

TEST(Glob, FindsWildcardsThatNothingEscapes) {
  EXPECT_TRUE(has_wildcard("a*"));
  EXPECT_TRUE(has_wildcard("\\\\*"));
  EXPECT_FALSE(has_wildcard("a\\*"));
  EXPECT_FALSE(has_wildcard("plain]"));
}

}  // namespace
}  // namespace bale::builder
