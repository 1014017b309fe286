// SPDX-License-Identifier: Apache-2.0
#include "builder/context_tree.h"

#include <cstdlib>
#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

void write(const fs::path& path, std::string_view content = "x") {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

class ContextTreeTest : public testing::Test {
 protected:
  std::vector<std::string> names(const ContextTree& tree, const std::string& folder) {
    std::vector<std::string> all;
    for (const TreeFile& each : tree.list(folder)) all.push_back(each.entry.path);
    return all;
  }

  test::ScratchFolder root_;
};

TEST_F(ContextTreeTest, TellsFilesAsTheyAreButOwnedByRoot) {
  write(root_ / "dir/tool", "content");
  ASSERT_EQ(::chmod((root_ / "dir/tool").c_str(), 04751), 0);
  if (::geteuid() == 0) {
    ASSERT_EQ(::chown((root_ / "dir/tool").c_str(), 1000, 1000), 0);
    ASSERT_EQ(::chmod((root_ / "dir/tool").c_str(), 04751), 0);
  }
  const ContextTree tree(root_.path());
  const auto file = tree.find("dir/tool");
  ASSERT_TRUE(file);
  EXPECT_EQ(file->entry.mode, 04751u);
  EXPECT_EQ(file->entry.uid, 0u);
  EXPECT_EQ(file->entry.size, 7u);
  EXPECT_TRUE(file->stamp);
  EXPECT_EQ(read_tree_file(tree, "dir/tool", 100), "content");
}

TEST_F(ContextTreeTest, ListsByNameInByteOrder) {
  for (const char* name : {"b", "a", "B", "a-b", ".dot"}) write(root_ / name);
  EXPECT_THAT(names(ContextTree(root_.path()), ""), ElementsAre(".dot", "B", "a", "a-b", "b"));
}

TEST_F(ContextTreeTest, ListsAFolderOfManyFilesInOrder) {
  std::vector<std::string> expected;
  for (int i = 10'000; i < 12'500; ++i) expected.push_back("f" + std::to_string(i));
  for (const auto& name : expected) write(root_.path() / name, "");
  EXPECT_EQ(names(ContextTree(root_.path()), ""), expected);
}

TEST_F(ContextTreeTest, GivesTheStampOfAFileAlone) {
  write(root_ / "dir/file");
  const ContextTree tree(root_.path());
  EXPECT_EQ(tree.stamp("dir/file"), tree.find("dir/file")->stamp);
  EXPECT_EQ(tree.stamp("dir"), std::nullopt);
  EXPECT_EQ(tree.stamp("dir/none"), std::nullopt);
}

TEST_F(ContextTreeTest, FollowsNoLinkAnywhere) {
  write(root_ / "in/real/file");
  fs::create_directory_symlink("/etc", root_ / "in/out");
  const ContextTree tree(root_ / "in");
  ASSERT_TRUE(tree.find("out"));
  EXPECT_TRUE(tree.find("out")->is_symlink());
  EXPECT_EQ(tree.find("out")->entry.link_target, "/etc");
  EXPECT_FALSE(tree.find("out/passwd"));
  EXPECT_THAT(names(tree, "out"), testing::IsEmpty());
  EXPECT_THROW(read_tree_file(tree, "out/passwd", 100), oci::Error);
}

TEST_F(ContextTreeTest, GroupsTheNamesOfOneFile) {
  write(root_ / "a");
  fs::create_hard_link(root_ / "a", root_ / "b");
  write(root_ / "c");
  const ContextTree tree(root_.path());
  EXPECT_NE(tree.find("a")->link_group, 0u);
  EXPECT_EQ(tree.find("a")->link_group, tree.find("b")->link_group);
  EXPECT_EQ(tree.find("c")->link_group, 0u);
}

TEST_F(ContextTreeTest, TellsSpecialFiles) {
  ASSERT_EQ(::mkfifo((root_ / "pipe").c_str(), 0600), 0);
  ASSERT_EQ(::mknod((root_ / "socket").c_str(), S_IFSOCK | 0600, 0), 0);
  const ContextTree tree(root_.path());
  EXPECT_EQ(tree.find("pipe")->entry.type, oci::FileType::kFifo);
  EXPECT_TRUE(tree.find("socket")->is_regular());
  EXPECT_EQ(tree.find("socket")->entry.size, 0u);
}

TEST_F(ContextTreeTest, KeepsAttributesThatBelongToTheFile) {
  write(root_ / "a");
  if (::setxattr((root_ / "a").c_str(), "user.note", "hello", 5, 0) != 0)
    GTEST_SKIP() << "the file system of " << root_.path() << " has no extended attributes";
  EXPECT_THAT(ContextTree(root_.path()).find("a")->entry.xattrs,
              ElementsAre(testing::Pair("user.note", "hello")));
}

TEST_F(ContextTreeTest, HidesWhatTheFilterHides) {
  for (const char* name : {"a/secret", "a/open", "b/x", "c/keep/x", "c/drop/x"})
    write(root_ / name);
  const TreeFilter filter{[](const std::string& path) {
                            return path == "a/secret" || path.starts_with("b") ||
                                   (path.starts_with("c") && !path.starts_with("c/keep"));
                          },
                          [](const std::string& folder) { return folder.starts_with("c"); }};
  const ContextTree tree(root_.path(), filter);
  EXPECT_THAT(names(tree, ""), ElementsAre("a", "c"));
  EXPECT_THAT(names(tree, "a"), ElementsAre("a/open"));
  EXPECT_THAT(names(tree, "c"), ElementsAre("c/keep"));
  EXPECT_FALSE(tree.find("b"));
  EXPECT_FALSE(tree.find("c/drop"));
  EXPECT_TRUE(tree.find("c/keep/x"));
  EXPECT_TRUE(tree.hides("a/secret"));
  EXPECT_FALSE(tree.hides("a/missing"));
  EXPECT_FALSE(tree.hides("a/open"));
}

TEST_F(ContextTreeTest, RefusesARootThatIsNoFolder) {
  write(root_ / "file");
  EXPECT_THROW(ContextTree(root_ / "file"), oci::Error);
  EXPECT_THROW(ContextTree(root_ / "missing"), oci::Error);
}

}  // namespace
}  // namespace bale::builder
