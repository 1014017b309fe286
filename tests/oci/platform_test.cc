// SPDX-License-Identifier: Apache-2.0
#include "oci/platform.h"

#include <gtest/gtest.h>

#include "oci/error.h"

namespace bale::oci {
namespace {

TEST(Platform, FoldsAliasesAndDefaultVariants) {
  EXPECT_EQ(Platform::parse("linux/arm64/v8").to_string(), "linux/arm64");
  EXPECT_EQ(Platform::parse("arm64").to_string(), "linux/arm64");
  EXPECT_EQ(Platform::parse("linux/x86_64").to_string(), "linux/amd64");
  EXPECT_EQ(Platform::parse("linux/arm").to_string(), "linux/arm/v7");
  EXPECT_EQ(Platform::parse("linux/arm/6").to_string(), "linux/arm/v6");
}

TEST(Platform, NamesTheNearestKnownArchitecture) {
  try {
    Platform::parse("linux/amd46");
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInvalid);
    EXPECT_EQ(error.hint(), "did you mean \"amd64\"?");
  }
}

TEST(Platform, RefusesAPlatformWhereAnArchitectureBelongs) {
  for (const char* bad : {"", "linux/", "/amd64", "linux/amd64/v2/x", "linux"}) {
    EXPECT_THROW(Platform::parse(bad), Error) << bad;
  }
}

TEST(Platform, ListDropsDuplicates) {
  EXPECT_EQ(Platform::parse_list("linux/amd64,arm64,linux/arm64/v8").size(), 2U);
}

}  // namespace
}  // namespace bale::oci
