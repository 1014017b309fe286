// SPDX-License-Identifier: Apache-2.0
#include "builder/line_splitter.h"

#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace bale::builder {
namespace {

std::vector<std::string> split(const std::vector<std::string>& writes) {
  std::vector<std::string> lines;
  LineSplitter splitter([&](std::string_view line) { lines.emplace_back(line); });
  for (const auto& text : writes) splitter.write(text);
  splitter.finish();
  return lines;
}

using Lines = std::vector<std::string>;

TEST(LineSplitter, JoinsWhatArrivesInPieces) {
  EXPECT_EQ(split({"on", "e\ntw", "o\n", "three"}), (Lines{"one", "two", "three"}));
}

TEST(LineSplitter, KeepsEmptyLines) { EXPECT_EQ(split({"a\n\n\nb\n"}), (Lines{"a", "", "", "b"})); }

TEST(LineSplitter, TakesCarriageReturnsForLineEnds) {
  EXPECT_EQ(split({"10%\r20%\r", "\r\ndone\r\n", "x"}), (Lines{"10%", "20%", "done", "x"}));
}

TEST(LineSplitter, CutsALineThatNeverEnds) {
  const std::string endless(3 * LineSplitter::kMaxLine + 5, 'x');
  const auto lines = split({endless, "\nend\n"});
  ASSERT_EQ(lines.size(), 5U);
  EXPECT_EQ(lines[2].size(), LineSplitter::kMaxLine);
  EXPECT_EQ(lines[3], "xxxxx");
  EXPECT_EQ(lines[4], "end");
}

}  // namespace
}  // namespace bale::builder
