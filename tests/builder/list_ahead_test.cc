// SPDX-License-Identifier: Apache-2.0
#include "builder/list_ahead.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "builder/context_tree.h"
#include "builder/source_filter.h"
#include "oci/error.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

using testing::ElementsAre;
using testing::SizeIs;

std::vector<std::string> paths_of(const FileList& files) {
  std::vector<std::string> paths;
  for (const TreeFile& file : files) paths.push_back(file.entry.path);
  return paths;
}

class ListAheadTest : public testing::Test {
 protected:
  void make(const std::string& path, std::size_t files) {
    for (std::size_t i = 0; i < files; ++i) touch(path + "/f" + std::to_string(10'000 + i));
  }

  void touch(const std::string& path) {
    const auto file = folder_.path() / path;
    std::filesystem::create_directories(file.parent_path());
    std::ofstream(file).put(0);
  }

  std::vector<std::string> list(ListAhead& ahead, const std::string& folder) {
    std::vector<std::string> paths;
    ahead.each(folder, [&](const TreeFile& file) {
      paths.push_back(file.entry.path);
      return FileTree::Visit::kGoOn;
    });
    return paths;
  }

  test::ScratchFolder folder_;
  oci::ThreadPool pool_{2};
};

TEST_F(ListAheadTest, GivesWhatTheTreeGivesWhetherExpectedOrNot) {
  make("a", 2);
  make("b", 1);
  const ContextTree tree(folder_.path());
  ListAhead ahead(tree, &pool_);
  ahead.expect({"a", "none", "b"});
  EXPECT_THAT(list(ahead, "a"), ElementsAre("a/f10000", "a/f10001"));
  EXPECT_THAT(list(ahead, ""), ElementsAre("a", "b"));
  EXPECT_THAT(list(ahead, "b"), ElementsAre("b/f10000"));
  EXPECT_THAT(list(ahead, "b"), SizeIs(1));
}

TEST_F(ListAheadTest, GivesFoldersOfAnySizeWhole) {
  for (const std::size_t size : {999U, 1000U, 1001U, 2500U}) {
    const std::string name = "s" + std::to_string(size);
    make(name, size);
    const ContextTree tree(folder_.path());
    ListAhead ahead(tree, &pool_);
    ahead.expect({name});
    EXPECT_THAT(list(ahead, name), SizeIs(size));
  }
}

TEST_F(ListAheadTest, MayBeLeftWhileListingsAreUnderWay) {
  std::deque<std::string> folders;
  for (int i = 0; i < 40; ++i) {
    folders.push_back("d" + std::to_string(i));
    make(folders.back(), 20);
  }
  const ContextTree tree(folder_.path());
  ListAhead ahead(tree, &pool_);
  ahead.expect(folders);
  EXPECT_THAT(list(ahead, "d3"), SizeIs(20));
}

/// A tree whose folders cannot be listed.
class BrokenTree final : public FileTree {
 public:
  std::optional<TreeFile> find(const std::string&) const override { return std::nullopt; }
  void each(const std::string& folder, const FileVisitor&) const override {
    throw oci::Error(oci::ErrorCode::kFailed, "listing " + folder);
  }
  void read(std::span<const std::string>, const Visitor&) const override {}
  std::optional<std::filesystem::path> host_path(const std::string&) const override { return {}; }
  bool hides(const std::string&) const override { return false; }
};

TEST_F(ListAheadTest, ThrowsWhatTheListingThrewWhereItIsAskedFor) {
  const BrokenTree tree;
  ListAhead ahead(tree, &pool_);
  ahead.expect({"a", "b"});
  EXPECT_THROW(list(ahead, "a"), oci::Error);
}

TEST_F(ListAheadTest, KeepsTheOrderOfADeepTree) {
  for (const char* path : {"a/x/1", "a/x/y/2", "a/z", "a-b/3", "b/4", "c/d/e/f/5"}) touch(path);
  const ContextTree tree(folder_.path());
  const auto ordered = paths_of(files_below(tree, *tree.find(""), {}));
  EXPECT_EQ(paths_of(files_below(tree, *tree.find(""), {}, &pool_)), ordered);
  EXPECT_THAT(ordered, SizeIs(16));
}

}  // namespace
}  // namespace bale::builder
