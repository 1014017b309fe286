// SPDX-License-Identifier: Apache-2.0
#include "builder/tree_path.h"

#include <algorithm>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace bale::builder {
namespace {

TEST(TreePath, CleansWhatPeopleWrite) {
  EXPECT_EQ(clean_path("/a//b/./c/"), "a/b/c");
  EXPECT_EQ(clean_path("a/b/../c"), "a/c");
  EXPECT_EQ(clean_path("."), "");
  EXPECT_EQ(clean_path("/"), "");
}

TEST(TreePath, StopsAtTheRoot) {
  EXPECT_EQ(clean_path("../../etc/passwd"), "etc/passwd");
  EXPECT_EQ(clean_path("/a/../../b"), "b");
}

TEST(TreePath, TellsWhatIsWithinAFolder) {
  EXPECT_TRUE(is_within("a/b", "a"));
  EXPECT_TRUE(is_within("a", "a"));
  EXPECT_TRUE(is_within("a", ""));
  EXPECT_FALSE(is_within("ab", "a"));
}

TEST(TreePath, OrdersAFolderTogetherWithItsContent) {
  std::vector<std::string> paths = {"a-b", "a/b", "b", "a", "a/b/c", "a!", ""};
  std::sort(paths.begin(), paths.end(), TreeOrder());
  EXPECT_THAT(paths, testing::ElementsAre("", "a", "a/b", "a/b/c", "a!", "a-b", "b"));
}

}  // namespace
}  // namespace bale::builder
