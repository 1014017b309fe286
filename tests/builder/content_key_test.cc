// SPDX-License-Identifier: Apache-2.0
#include "builder/content_key.h"

#include <atomic>
#include <fstream>

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "builder/context_tree.h"
#include "builder/copy_planner.h"
#include "oci/thread_pool.h"
#include "tests/support/scratch_folder.h"
#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

/// A folder on disk that counts how many of its files are read.
class CountingTree final : public FileTree {
 public:
  explicit CountingTree(const fs::path& root) : tree_(root) {}
  std::optional<TreeFile> find(const std::string& path) const override { return tree_.find(path); }
  void each(const std::string& folder, const FileVisitor& visit) const override {
    tree_.each(folder, visit);
  }
  void read(std::span<const std::string> paths, const Visitor& visit) const override {
    reads_ += paths.size();
    tree_.read(paths, visit);
  }
  std::optional<fs::path> host_path(const std::string& path) const override {
    return tree_.host_path(path);
  }
  bool hides(const std::string& path) const override { return tree_.hides(path); }
  std::size_t reads() const { return reads_; }

 private:
  ContextTree tree_;
  mutable std::atomic<std::size_t> reads_ = 0;
};

void write(const fs::path& path, std::string_view content) {
  fs::create_directories(path.parent_path());
  std::ofstream(path) << content;
}

/// An edit that keeps size and mtime, made when the clock of the file system has moved on.
void edit_unseen(const fs::path& path, std::string_view content) {
  struct stat before;
  struct stat after;
  ASSERT_EQ(::stat(path.c_str(), &before), 0);
  do {
    write(path, content);
    const timespec times[] = {before.st_atim, before.st_mtim};
    ASSERT_EQ(::utimensat(AT_FDCWD, path.c_str(), times, 0), 0);
    ASSERT_EQ(::stat(path.c_str(), &after), 0);
  } while (after.st_ctim.tv_sec == before.st_ctim.tv_sec &&
           after.st_ctim.tv_nsec == before.st_ctim.tv_nsec);
}

class ContentKeyTest : public testing::Test {
 protected:
  ContentKeyTest() {
    write(root_ / "src/main.rs", "fn main() {}");
    write(root_ / "src/lib/a.rs", "a");
    write(root_ / "src/empty", "");
    fs::create_symlink("main.rs", root_ / "src/link");
  }

  CopySelection select(const std::shared_ptr<const FileTree>& tree, const char* source = "src") {
    CopyStep step;
    step.sources = {source};
    step.destination = {"/", true};
    return select_files(step, tree, {});
  }

  CacheKey key(const std::shared_ptr<const FileTree>& tree, const char* source = "src") {
    CopySelection selection = select(tree, source);
    hash_contents(selection, cache_, pool_);
    return content_key(selection);
  }

  CacheKey key(const char* source = "src") {
    return key(std::make_shared<ContextTree>(root_.path()), source);
  }

  test::ScratchFolder root_;
  test::ScratchFolder store_;
  StatCache cache_{store_ / "stat"};
  oci::ThreadPool pool_{4};
};

TEST_F(ContentKeyTest, TheSameFilesElsewhereHaveTheSameKey) {
  const CacheKey before = key();
  test::ScratchFolder copy;
  fs::copy(root_.path(), copy.path(),
           fs::copy_options::recursive | fs::copy_options::copy_symlinks);
  EXPECT_EQ(key(std::make_shared<ContextTree>(copy.path())), before);
}

TEST_F(ContentKeyTest, TimesDoNotCount) {
  const CacheKey before = key();
  fs::last_write_time(root_ / "src/main.rs", fs::file_time_type::clock::now());
  fs::last_write_time(root_ / "src/lib", fs::file_time_type::clock::now());
  EXPECT_EQ(key(), before);
}

TEST_F(ContentKeyTest, EveryOtherChangeCounts) {
  std::vector<CacheKey> keys = {key()};
  const auto changed = [&] {
    keys.push_back(key());
    return keys.back() != keys[keys.size() - 2];
  };
  write(root_ / "src/main.rs", "fn MAIN() {}");
  EXPECT_TRUE(changed()) << "content";
  ASSERT_EQ(::chmod((root_ / "src/main.rs").c_str(), 0600), 0);
  EXPECT_TRUE(changed()) << "mode";
  fs::rename(root_ / "src/empty", root_ / "src/renamed");
  EXPECT_TRUE(changed()) << "name";
  fs::create_directory(root_ / "src/folder");
  EXPECT_TRUE(changed()) << "an empty folder more";
  fs::remove(root_ / "src/link");
  fs::create_symlink("elsewhere", root_ / "src/link");
  EXPECT_TRUE(changed()) << "the target of a link";
  fs::create_hard_link(root_ / "src/main.rs", root_ / "src/twin");
  EXPECT_TRUE(changed()) << "a file more";
  fs::remove(root_ / "src/twin");
  fs::copy_file(root_ / "src/main.rs", root_ / "src/twin");
  EXPECT_TRUE(changed()) << "two files where one had two names";
}

TEST_F(ContentKeyTest, FilesOutsideTheSourceDoNotCount) {
  const CacheKey before = key();
  write(root_ / "other/file", "x");
  EXPECT_EQ(key(), before);
}

TEST_F(ContentKeyTest, AFileThatDidNotChangeIsNotReadAgain) {
  // Old enough that no write can share its clock tick; nobody can set ctime, so the cache is told.
  const auto tree = std::make_shared<CountingTree>(root_.path());
  CopySelection selection = select(tree);
  hash_contents(selection, cache_, pool_);
  EXPECT_EQ(tree->reads(), 2u) << "the empty file has nothing to read";
  for (const TreeFile& file : selection.sources.front().files)
    if (file.stamp) cache_.put(*file.stamp, *file.content, {file.stamp->changed.seconds + 10, 0});
  const CacheKey first = content_key(selection);
  EXPECT_EQ(key(tree), first);
  EXPECT_EQ(tree->reads(), 2u);

  edit_unseen(root_ / "src/main.rs", "fn niam() {}");
  EXPECT_NE(key(tree), first) << "an edit that keeps size and mtime";
  EXPECT_EQ(tree->reads(), 3u);
}

TEST_F(ContentKeyTest, DigestsOfTheWrittenLayerGiveTheSameKeyWithoutReading) {
  const CacheKey expected = key();
  const auto tree = std::make_shared<CountingTree>(root_.path());
  const auto selection = std::make_shared<CopySelection>(select(tree));
  CopyStep step;
  step.sources = {"src"};
  step.destination = {"/app", true};
  const CopyPlan plan = plan_copy(step, selection, EmptyTree());
  StatCache fresh(store_ / "fresh");
  const std::string table =
      test::packed_table({test::folder("app"), test::file("app/empty", ""), test::folder("app/lib"),
                          test::file("app/lib/a.rs", "a"), test::symlink("app/link", "main.rs"),
                          test::file("app/main.rs", "fn main() {}")});
  oci::BytesSource source(oci::as_bytes(table));
  oci::TocReader written(source);
  take_digests(*selection, plan, written, fresh, pool_);
  EXPECT_EQ(content_key(*selection), expected);
  EXPECT_EQ(tree->reads(), 0u);
}

}  // namespace
}  // namespace bale::builder
