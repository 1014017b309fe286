// SPDX-License-Identifier: Apache-2.0
#include "oci/rfc3339.h"

#include <gtest/gtest.h>

namespace bale::oci {
namespace {

using std::chrono::seconds;
using std::chrono::sys_seconds;

TEST(Rfc3339, ReadsWhatItWrites) {
  const sys_seconds time(seconds(1700000000));
  EXPECT_EQ(rfc3339(time), "2023-11-14T22:13:20Z");
  EXPECT_EQ(parse_rfc3339("2023-11-14T22:13:20Z"), time);
  EXPECT_EQ(parse_rfc3339("2023-11-14T22:13:20.999999999Z"), time);
  EXPECT_EQ(parse_rfc3339("2023-11-15t00:13:20+02:00"), time);
  EXPECT_EQ(parse_rfc3339("2023-11-14T20:43:20-01:30"), time);
}

TEST(Rfc3339, KnowsTheYearOne) {
  EXPECT_LT(parse_rfc3339("0001-01-01T00:00:00Z"), sys_seconds(seconds(-62'000'000'000)));
}

TEST(Rfc3339, RefusesEverythingElse) {
  for (const char* text :
       {"", "2023-11-14", "2023-11-14T22:13:20", "2023-13-14T22:13:20Z", "2023-02-29T22:13:20Z",
        "2023-11-14T24:13:20Z", "2023-11-14T22:13:20.Z", "2023-11-14T22:13:20+0200",
        "2023-11-14 22:13:20Z", "2023-11-14T22:13:20Zz"}) {
    EXPECT_FALSE(parse_rfc3339(text)) << text;
  }
}

}  // namespace
}  // namespace bale::oci
