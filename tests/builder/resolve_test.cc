// SPDX-License-Identifier: Apache-2.0
#include "builder/resolve.h"

#include <map>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

/// Folders, files and links of a made-up tree.
FindFile tree(std::vector<oci::TocEntry> entries) {
  std::map<std::string, TreeFile> files;
  for (const oci::TocEntry& each : entries)
    files.emplace(each.entry.path, TreeFile{.entry = each.entry});
  return [files](const std::string& path) -> std::optional<TreeFile> {
    const auto at = files.find(path);
    return at == files.end() ? std::nullopt : std::optional(at->second);
  };
}

const FindFile kTree = tree({test::folder("usr"), test::folder("usr/bin"), test::file("usr/bin/sh"),
                             test::symlink("bin", "usr/bin"), test::symlink("abs", "/usr"),
                             test::symlink("up", "../../../usr/bin"),
                             test::symlink("usr/here", "."), test::symlink("dangling", "not/there"),
                             test::symlink("loop", "loop2"), test::symlink("loop2", "loop")});

std::string follow(const std::string& path) { return resolve(kTree, path, LastLink::kFollow).path; }

TEST(Resolve, FollowsLinksOnTheWayAndAtTheEnd) {
  EXPECT_EQ(follow("bin/sh"), "usr/bin/sh");
  EXPECT_EQ(follow("bin"), "usr/bin");
  EXPECT_EQ(follow("abs/bin/sh"), "usr/bin/sh");
  EXPECT_EQ(follow("usr/here/here/bin"), "usr/bin");
}

TEST(Resolve, KeepsALastLinkWhereAsked) {
  const Resolved kept = resolve(kTree, "bin", LastLink::kKeep);
  EXPECT_EQ(kept.path, "bin");
  ASSERT_TRUE(kept.file);
  EXPECT_TRUE(kept.file->is_symlink());
  EXPECT_EQ(resolve(kTree, "bin/sh", LastLink::kKeep).path, "usr/bin/sh");
}

TEST(Resolve, NeverLeavesTheRoot) {
  EXPECT_EQ(follow("up/sh"), "usr/bin/sh");
  EXPECT_EQ(follow("up/../../../.."), "");
}

TEST(Resolve, TakesWhatIsMissingAsItIsWritten) {
  EXPECT_EQ(follow("bin/new/deep"), "usr/bin/new/deep");
  EXPECT_FALSE(resolve(kTree, "bin/new", LastLink::kFollow).file);
  EXPECT_EQ(follow("dangling"), "not/there");
  EXPECT_EQ(follow("dangling/../x"), "not/x");
}

TEST(Resolve, EndsWithLoops) {
  EXPECT_THROW(follow("loop"), oci::Error);
  EXPECT_THROW(follow("loop/x"), oci::Error);
}

}  // namespace
}  // namespace bale::builder
