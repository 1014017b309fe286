// SPDX-License-Identifier: Apache-2.0
#include "oci/nearest.h"

#include <gtest/gtest.h>

namespace bale::oci {
namespace {

TEST(Nearest, FindsWordsWithALetterMoreLessOrElse) {
  EXPECT_EQ(nearest("inspct", {"images", "inspect"}), "inspect");
  EXPECT_EQ(nearest("inspeect", {"images", "inspect"}), "inspect");
  EXPECT_EQ(nearest("imagas", {"images", "inspect"}), "images");
}

TEST(Nearest, CountsSwappedLettersOnce) { EXPECT_EQ(nearest("RNU", {"ENV", "RUN"}), "RUN"); }

TEST(Nearest, FindsNothingNearInAnotherShortWord) {
  EXPECT_EQ(nearest("cat", {"tag", "tags"}), "");
  EXPECT_EQ(nearest("x", {"tag"}), "");
}

TEST(Nearest, FindsNothingAmongNone) { EXPECT_EQ(nearest("tag", {}), ""); }

}  // namespace
}  // namespace bale::oci
