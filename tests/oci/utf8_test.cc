// SPDX-License-Identifier: Apache-2.0
#include "oci/utf8.h"

#include <string>

#include <gtest/gtest.h>

namespace bale::oci {
namespace {

using std::string_literals::operator""s;

const std::string kLost = "\xEF\xBF\xBD";

TEST(Utf8, AcceptsWhatIsWellFormed) {
  for (const auto& text : {""s, "a"s, "\0"s, "twelve bytes"s, "\x7F"s, "\xC2\x80"s, "\xDF\xBF"s,
                           "\xE0\xA0\x80"s, "\xED\x9F\xBF"s, "\xEE\x80\x80"s, "\xEF\xBF\xBF"s,
                           "\xF0\x90\x80\x80"s, "\xF4\x8F\xBF\xBF"s, "seven by\xC3\xA4"s}) {
    EXPECT_TRUE(is_utf8(text)) << text;
    EXPECT_EQ(replace_invalid_utf8(text), text);
  }
}

TEST(Utf8, ReplacesEachByteOfWhatIsNot) {
  EXPECT_EQ(replace_invalid_utf8("\xFF"), kLost);
  EXPECT_EQ(replace_invalid_utf8("a\x80z"), "a" + kLost + "z");
  EXPECT_EQ(replace_invalid_utf8("eight by\xC3"), "eight by" + kLost);     // cut short
  EXPECT_EQ(replace_invalid_utf8("\xC3z"), kLost + "z");                   // nothing is eaten
  EXPECT_EQ(replace_invalid_utf8("\xE2\x82"), kLost + kLost);              // as Go does
  EXPECT_EQ(replace_invalid_utf8("\xC0\xAF"), kLost + kLost);              // overlong
  EXPECT_EQ(replace_invalid_utf8("\xED\xA0\x80"), kLost + kLost + kLost);  // a surrogate
  EXPECT_EQ(replace_invalid_utf8("\xF4\x90\x80\x80\xC3\xA4"),              // past the last
            kLost + kLost + kLost + kLost + "\xC3\xA4");
}

TEST(Utf8, TellsWhatIsNotWellFormedWhereverItStands) {
  for (std::size_t before = 0; before < 20; ++before) {
    EXPECT_FALSE(is_utf8(std::string(before, 'a') + "\x80" + std::string(20, 'a'))) << before;
  }
}

}  // namespace
}  // namespace bale::oci
