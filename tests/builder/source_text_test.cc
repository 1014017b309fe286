// SPDX-License-Identifier: Apache-2.0
#include "builder/source_text.h"

#include <gtest/gtest.h>

namespace bale::builder {
namespace {

TEST(SourceText, HasLinesWithOrWithoutALastLineFeed) {
  const SourceText with("f", "a\nb\n");
  const SourceText without("f", "a\nb");
  EXPECT_EQ(with.line_count(), 2);
  EXPECT_EQ(without.line_count(), 2);
  EXPECT_EQ(with.line(2), "b");
  EXPECT_EQ(with.line(0), "");
  EXPECT_EQ(with.line(3), "");
  EXPECT_EQ(SourceText("f", "").line_count(), 0);
}

TEST(MarkSource, PutsCaretsUnderTheWordOfItsOwn) {
  const SourceText source("f", "FROM x\nCOPY ab a\\\n  b\n");
  EXPECT_EQ(mark_source(source, {2, 3}, "a\\"), "    2 | COPY ab a\\\n      |         ^^");
  EXPECT_EQ(mark_source(source, {2, 3}, "b"), "    3 |   b\n      |   ^");
  EXPECT_EQ(marked_line(source, {2, 3}, "b"), 3);
}

TEST(MarkSource, MarksTheWholeFirstLineWhereTheWordIsNotThere) {
  const SourceText source("f", "\tCOPY ab c\n");
  EXPECT_EQ(mark_source(source, {1, 1}, "other"), "    1 | \tCOPY ab c\n      | \t^^^^^^^^^");
}

TEST(MarkSource, CountsCharactersAndShowsControlCharactersAsText) {
  const SourceText source("f", "RUN \xC3\xA9\x1B[2J word\n");
  EXPECT_EQ(mark_source(source, {1, 1}, "word"),
            "    1 | RUN \xC3\xA9\\x1b[2J word\n      |              ^^^^");
}

TEST(MarkSource, MovesAlongALongLine) {
  const SourceText source("f", std::string(500, 'x') + " word " + std::string(500, 'y'));
  const std::string marked = mark_source(source, {1, 1}, "word");
  EXPECT_EQ(marked.find("    1 | word yyy"), 0U) << marked;
  EXPECT_NE(marked.find("\n      | ^^^^"), std::string::npos) << marked;
}

TEST(AtSource, KeepsCodeHintAndDetail) {
  const SourceText source("Dockerfile", "FROM a\nRUN b\n");
  const oci::Error error(oci::ErrorCode::kStepFailed, "exit status 1", "hint", "last output");
  const oci::Error placed = at_source(error, source, {2, 2});
  EXPECT_EQ(placed.code(), oci::ErrorCode::kStepFailed);
  EXPECT_STREQ(placed.what(), "Dockerfile:2: exit status 1");
  EXPECT_EQ(placed.hint(), "hint");
  EXPECT_EQ(placed.detail(), "    2 | RUN b\n      | ^^^^^\nlast output");
}

}  // namespace
}  // namespace bale::builder
