// SPDX-License-Identifier: Apache-2.0
#include "registry/version_range.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::registry {
namespace {

Version version(const char* text) { return *Version::parse(text); }

bool contains(const char* range, const char* text) {
  return VersionRange::parse(range).contains(version(text));
}

TEST(Version, IsThreeNumbersWithAnOptionalV) {
  EXPECT_TRUE(Version::parse("1.2.3"));
  EXPECT_TRUE(Version::parse("v1.2.3"));
  EXPECT_TRUE(Version::parse("1.2.3-rc.1+build.5"));
  for (const char* text : {"1.2", "latest", "1.2.3.4", "01.2.3", "1.2.3-", "1.2.x", "", "v"}) {
    EXPECT_FALSE(Version::parse(text)) << text;
  }
}

TEST(Version, IsOrderedAsSemverSays) {
  const char* const ascending[] = {"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta",
                                   "1.0.0-beta",  "1.0.0-beta.2",  "1.0.0-beta.11",
                                   "1.0.0-rc.1",  "1.0.0",         "1.0.1",
                                   "1.2.0",       "1.10.0",        "2.0.0"};
  for (std::size_t i = 1; i < std::size(ascending); ++i) {
    EXPECT_LT(version(ascending[i - 1]), version(ascending[i])) << ascending[i];
  }
}

TEST(VersionRange, HoldsWhatItsWordsSay) {
  struct Case {
    const char* range;
    const char* inside;
    const char* outside;
  };
  const Case cases[] = {
      {">=1.2 <2", "1.2.0", "2.0.0"}, {">=1.2, <2", "1.9.9", "1.1.9"},
      {"^1.4", "1.5.0", "2.0.0"},     {"^0.4.2", "0.4.9", "0.5.0"},
      {"^0.0.3", "0.0.3", "0.0.4"},   {"~1.4.2", "1.4.9", "1.5.0"},
      {"~1", "1.9.0", "2.0.0"},       {"1.x", "1.7.3", "2.0.0"},
      {"1.2", "1.2.9", "1.3.0"},      {"=1.2.3", "1.2.3", "1.2.4"},
      {"1.2.3", "v1.2.3", "1.2.4"},   {">1.2", "1.3.0", "1.2.9"},
      {"<=1.2", "1.2.9", "1.3.0"},    {"1.2 || 3", "3.4.5", "2.0.0"},
      {">= 1.2", "1.2.0", "1.1.0"},   {">=2.0.0-rc.1", "2.0.0-rc.2", "2.0.1-rc.1"},
  };
  for (const Case& c : cases) {
    EXPECT_TRUE(contains(c.range, c.inside)) << c.range << " " << c.inside;
    EXPECT_FALSE(contains(c.range, c.outside)) << c.range << " " << c.outside;
  }
}

TEST(VersionRange, MeansPrereleasesOnlyWhereItNamesOne) {
  EXPECT_FALSE(contains("^1.2", "1.3.0-rc.1"));
  EXPECT_FALSE(contains("*", "1.3.0-rc.1"));
  EXPECT_TRUE(contains("*", "1.3.0"));
}

TEST(VersionRange, RefusesWhatIsNone) {
  for (const char* text : {"", "latest", ">=", "1.2.3.4", "=>1", "1 ||", "1.2.3-", "><1"}) {
    EXPECT_THROW((void)VersionRange::parse(text), oci::Error) << text;
  }
}

}  // namespace
}  // namespace bale::registry
