// SPDX-License-Identifier: Apache-2.0
// Edits of a layout that are killed at any moment: the tag names the old image or the new one, and
// what it names is whole.
#include <chrono>
#include <string>

#include <gtest/gtest.h>

#include "oci/image_layout.h"
#include "tests/support/peer_tool.h"
#include "tests/support/program_test.h"
#include "tests/support/test_image.h"

namespace bale {
namespace {

class KilledEditTest : public test::ProgramTest {
 protected:
  void SetUp() override {
    ProgramTest::SetUp();
    auto layout = oci::ImageLayout::create(scratch_ / "layout");
    layout.set_tag("first", test::add_index(layout, {"linux/amd64", "linux/arm64"}));
    layout.set_tag("more", test::add_image(layout, "linux/s390x"));
    layout.set_tag("it", layout.resolve("first"));
  }

  std::string name(const std::string& tag) const {
    return "oci:" + (scratch_ / "layout").string() + ":" + tag;
  }

  /// Runs the edit of `it` once to its end, then kills it at moments over that time.
  void kill_often(const std::string& edit) {
    constexpr int kMoments = 24;
    auto layout = oci::ImageLayout::open(scratch_ / "layout");
    const auto before = layout.resolve("it");
    const auto start = std::chrono::steady_clock::now();
    const auto whole = bale(edit);
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
    ASSERT_EQ(whole.status, 0) << whole.output;
    const auto after = layout.resolve("it");
    ASSERT_NE(after.digest, before.digest);
    for (int moment = 1; moment <= kMoments; ++moment) {
      layout.set_tag("it", before);
      const double seconds = took.count() * moment / kMoments;
      test::run_peer("timeout --signal=KILL " + std::to_string(seconds) + " " + BALE_PROGRAM +
                     " --store " + store().string() + " " + edit);
      const auto digest = layout.resolve("it").digest;
      EXPECT_TRUE(digest == before.digest || digest == after.digest) << moment;
      const auto valid = bale("validate oci:" + (scratch_ / "layout").string());
      EXPECT_EQ(valid.status, 0) << moment << ": " << valid.output;
    }
    EXPECT_EQ(bale(edit).status, 0) << "nothing is in the way of the next";
  }
};

TEST_F(KilledEditTest, MutateLeavesTheOldOrTheNewImage) {
  test::write_text(scratch_ / "new.tar", test::make_tar({{"new", std::string(1 << 20, 'x')}}));
  kill_often("mutate " + name("first") + " -t " + name("it") + " --label a=b --append " +
             (scratch_ / "new.tar").string());
}

TEST_F(KilledEditTest, ManifestAddLeavesTheOldOrTheNewIndex) {
  kill_often("manifest add " + name("it") + " " + name("more"));
}

/// An archive is written anew, with a blob that takes a while.
TEST_F(KilledEditTest, ManifestAddLeavesTheOldOrTheNewArchiveAndNothingBesideIt) {
  constexpr int kMoments = 24;
  test::write_text(scratch_ / "new.tar", test::make_tar({{"new", std::string(16 << 20, 'x')}}));
  ASSERT_EQ(bale("mutate " + name("more") + " -t " + name("more") +
                 " --compression none --append " + (scratch_ / "new.tar").string())
                .status,
            0);
  const auto file = scratch_ / "archives/images.tar";
  std::filesystem::create_directories(file.parent_path());
  const std::string archive = "oci-archive:" + file.string() + ":it";
  ASSERT_EQ(bale("manifest create " + archive + " " + name("first")).status, 0);
  std::filesystem::copy_file(file, scratch_ / "before.tar");
  const std::string edit = "manifest add " + archive + " " + name("more");
  const auto start = std::chrono::steady_clock::now();
  ASSERT_EQ(bale(edit).status, 0);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - start;
  const auto size_after = std::filesystem::file_size(file);
  for (int moment = 1; moment <= kMoments; ++moment) {
    std::filesystem::copy_file(scratch_ / "before.tar", file,
                               std::filesystem::copy_options::overwrite_existing);
    const auto size_before = std::filesystem::file_size(file);
    const double seconds = took.count() * moment / kMoments;
    test::run_peer("timeout --signal=KILL " + std::to_string(seconds) + " " + BALE_PROGRAM +
                   " --store " + store().string() + " " + edit);
    const auto size = std::filesystem::file_size(file);
    EXPECT_TRUE(size == size_before || size == size_after) << moment;
    EXPECT_EQ(bale("validate " + archive).output, "") << moment;
    if (!scratch_.has_unnamed_files()) continue;
    for (const auto& beside : test::files_below(file.parent_path())) {
      // In the moment before a name is replaced, a whole file has another one.
      EXPECT_TRUE(beside == file || std::filesystem::file_size(beside) == size_after) << beside;
    }
  }
}

}  // namespace
}  // namespace bale
