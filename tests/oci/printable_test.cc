// SPDX-License-Identifier: Apache-2.0
#include "oci/printable.h"

#include <gtest/gtest.h>

namespace bale::oci {
namespace {

TEST(Printable, DisarmsEscapeCodesAndKeepsUtf8) {
  EXPECT_EQ(printable("a\x1b[31mb\nc\td"), "a\\x1b[31mb\\x0ac\td");
  EXPECT_EQ(printable("grün"), "grün");
  EXPECT_EQ(printable("\xc2\x9b"), "\\xc2\\x9b");
}

TEST(HumanSize, HasTwoDigitsAndRoundsUpToTheNextUnit) {
  EXPECT_EQ(human_size(999), "999 B");
  EXPECT_EQ(human_size(1536), "1.5 KB");
  EXPECT_EQ(human_size(999'999), "1.0 MB");
  EXPECT_EQ(human_size(123'456'789), "123 MB");
}

}  // namespace
}  // namespace bale::oci
