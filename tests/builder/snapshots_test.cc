// SPDX-License-Identifier: Apache-2.0
#include "builder/snapshots.h"

#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/layer_writer.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

namespace fs = std::filesystem;

class SnapshotsTest : public testing::Test {
 protected:
  void SetUp() override {
    if (::geteuid() != 0) GTEST_SKIP() << "unpacking layers for overlays needs root";
  }

  /// A layer of one file, and of entries for what is to be hidden.
  StageLayer layer(const std::string& path, const std::string& content = "content") {
    oci::StringSink toc;
    oci::LayerWriter writer(store_, pool_, {}, toc);
    oci::TarEntry entry;
    entry.path = path;
    entry.size = content.size();
    if (content.empty()) {
      writer.add(entry);
    } else {
      writer.add_bytes(entry, content);
    }
    const auto result = writer.finish();
    return {result.descriptor, result.diff_id};
  }

  std::vector<Snapshot> unpack(const std::vector<StageLayer>& layers) {
    return snapshots_.unpack(layers, stop_.get_token());
  }

  test::ScratchFolder scratch_;
  oci::MemoryStore store_;
  oci::ThreadPool pool_{2};
  std::stop_source stop_;
  Snapshots snapshots_{scratch_ / "snapshots", store_, pool_};
};

TEST_F(SnapshotsTest, UnpacksLayersInTheirOrder) {
  const auto snapshots = unpack({layer("a"), layer("b"), layer("c")});
  ASSERT_EQ(snapshots.size(), 3U);
  EXPECT_TRUE(fs::exists(snapshots[0].tree() / "a"));
  EXPECT_TRUE(fs::exists(snapshots[1].tree() / "b"));
  EXPECT_TRUE(fs::exists(snapshots[2].tree() / "c"));
}

TEST_F(SnapshotsTest, WaitsForOthersThatUnpackTheSame) {
  for (int i = 0; i < 50; ++i) {
    const auto same = layer("a", "content of round " + std::to_string(i));
    std::vector<std::thread> threads;
    std::vector<fs::path> trees(4);
    for (auto& tree : trees) {
      threads.emplace_back([&] {
        Snapshots others(scratch_ / "snapshots", store_, pool_);
        tree = others.unpack(std::vector{same}, stop_.get_token())[0].tree();
      });
    }
    for (auto& thread : threads) thread.join();
    for (const auto& tree : trees) EXPECT_EQ(tree, trees[0]);
    EXPECT_TRUE(fs::exists(trees[0] / "a"));
  }
}

TEST_F(SnapshotsTest, KeepsWhiteoutsAsOverlayfsHasThem) {
  const auto snapshots = unpack({layer("d/.wh.gone", ""), layer("d/.wh..wh..opq", "")});
  struct stat status {};
  ASSERT_EQ(::lstat((snapshots[0].tree() / "d/gone").c_str(), &status), 0);
  EXPECT_TRUE(S_ISCHR(status.st_mode) && status.st_rdev == 0);
  char mark = 0;
  ASSERT_EQ(::lgetxattr((snapshots[1].tree() / "d").c_str(), "trusted.overlay.opaque", &mark, 1),
            1);
  EXPECT_EQ(mark, 'y');
}

TEST_F(SnapshotsTest, UnpacksALayerOnce) {
  const auto same = layer("a");
  const auto first = unpack({same, same});
  EXPECT_EQ(first[0].tree(), first[1].tree());
  std::ofstream(first[0].tree() / "mark") << "x";
  Snapshots others(scratch_ / "snapshots", store_, pool_);
  EXPECT_TRUE(fs::exists(others.unpack(std::vector{same}, stop_.get_token())[0].tree() / "mark"));
  EXPECT_EQ(snapshots_.list().size(), 1U);
}

TEST_F(SnapshotsTest, DoesNotTrustWhatWasThereBeforeTheMachineStarted) {
  const auto same = layer("a");
  fs::path tree;
  {
    const auto first = unpack({same});
    tree = first[0].tree();
    fs::resize_file(tree / "a", 0);  // as after a power cut
    std::ofstream(tree.parent_path() / "boot") << "another boot";
  }
  EXPECT_EQ(oci::read_file(unpack({same})[0].tree() / "a", 100), "content");
}

TEST_F(SnapshotsTest, StartsAgainWhereAProcessDiedWhileUnpacking) {
  const auto same = layer("a");
  fs::path part;
  {
    const auto first = unpack({same});
    part = first[0].tree().parent_path().string() + ".part";
  }
  ASSERT_TRUE(snapshots_.remove(same.diff_id));
  fs::create_directories(part / "tree/half");
  const auto again = unpack({same});
  EXPECT_FALSE(fs::exists(again[0].tree() / "half"));
  EXPECT_FALSE(fs::exists(part));
}

TEST_F(SnapshotsTest, LeavesNoSnapshotOfABrokenLayer) {
  auto wrong = layer("a");
  wrong.diff_id = layer("b").diff_id;
  EXPECT_THROW(unpack({wrong}), oci::Error);
  EXPECT_TRUE(snapshots_.list().empty());
}

TEST_F(SnapshotsTest, RemovesOnlyWhatIsNotInUse) {
  const auto same = layer("a");
  {
    const auto in_use = unpack({same});
    EXPECT_FALSE(snapshots_.remove(same.diff_id));
    EXPECT_TRUE(fs::exists(in_use[0].tree() / "a"));
  }
  EXPECT_TRUE(snapshots_.remove(same.diff_id));
  EXPECT_FALSE(snapshots_.remove(same.diff_id));
  EXPECT_TRUE(snapshots_.list().empty());
}

TEST_F(SnapshotsTest, AdoptsATreeThatIsThereAlready) {
  const auto same = layer("a");
  fs::create_directories(scratch_ / "upper");
  std::ofstream(scratch_ / "upper/adopted") << "x";
  snapshots_.adopt(same.diff_id, scratch_ / "upper");
  EXPECT_FALSE(fs::exists(scratch_ / "upper"));
  EXPECT_TRUE(fs::exists(unpack({same})[0].tree() / "adopted"));
  fs::create_directories(scratch_ / "second");
  snapshots_.adopt(same.diff_id, scratch_ / "second");
  EXPECT_TRUE(fs::exists(scratch_ / "second"));
}

TEST_F(SnapshotsTest, StopsWhenItIsTold) {
  stop_.request_stop();
  const std::vector layers = {layer("a")};
  try {
    snapshots_.unpack(layers, stop_.get_token());
    FAIL() << "unpacked";
  } catch (const oci::Error& error) {
    EXPECT_EQ(error.code(), oci::ErrorCode::kInterrupted);
  }
}

}  // namespace
}  // namespace bale::builder
