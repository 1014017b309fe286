// SPDX-License-Identifier: Apache-2.0
#include "builder/rooted_path.h"

#include <gtest/gtest.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

TEST(RootedPath, FollowsLinksInsideOfTheRoot) {
  const test::ScratchFolder root;
  fs::create_directories(root / "usr/lib");
  fs::create_symlink("usr/lib", root / "lib");
  fs::create_symlink("/lib/x", root / "absolute");
  EXPECT_EQ(resolve_in_root(root.path(), "/lib/a/b"), "usr/lib/a/b");
  EXPECT_EQ(resolve_in_root(root.path(), "absolute"), "usr/lib/x");
  EXPECT_EQ(resolve_in_root(root.path(), "/nothing//here/./at/../all"), "nothing/here/all");
  EXPECT_EQ(resolve_in_root(root.path(), "/"), "");
}

TEST(RootedPath, NeverLeavesTheRoot) {
  const test::ScratchFolder root;
  fs::create_symlink("../../../../etc", root / "up");
  fs::create_symlink("/etc", root / "etc-link");
  EXPECT_EQ(resolve_in_root(root.path(), "../../x"), "x");
  EXPECT_EQ(resolve_in_root(root.path(), "/up/passwd"), "etc/passwd");
  EXPECT_EQ(resolve_in_root(root.path(), "/etc-link/passwd"), "etc/passwd");
}

TEST(RootedPath, GivesUpOnALoop) {
  const test::ScratchFolder root;
  fs::create_symlink("b", root / "a");
  fs::create_symlink("a", root / "b");
  EXPECT_THROW(resolve_in_root(root.path(), "/a"), oci::Error);
}

}  // namespace
}  // namespace bale::builder
