// SPDX-License-Identifier: Apache-2.0
#include "registry/push_memory.h"

#include <fstream>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/scratch_folder.h"

namespace bale::registry {
namespace {

using ::testing::ElementsAre;
using ::testing::IsEmpty;

class PushMemoryTest : public ::testing::Test {
 protected:
  static oci::Digest digest(const std::string& text) {
    return oci::Digest::of(oci::as_bytes(text));
  }

  test::ScratchFolder folder_;
  const std::filesystem::path file_ = folder_ / "uploads/pushed.json";
  PushMemory memory_{file_};
};

TEST_F(PushMemoryTest, KnowsNothingAtFirst) {
  EXPECT_FALSE(memory_.took("a/b", digest("1")));
  EXPECT_THAT(memory_.tags("a/b", digest("1")), IsEmpty());
  EXPECT_FALSE(std::filesystem::exists(file_));
}

TEST_F(PushMemoryTest, LastsFromRunToRun) {
  memory_.remember("a/b", digest("1"), {"v1"});
  memory_.remember("a/b", digest("1"), {"v2"});
  const PushMemory later(file_);
  EXPECT_TRUE(later.took("a/b", digest("1")));
  EXPECT_THAT(later.tags("a/b", digest("1")), ElementsAre("v1", "v2"));
  EXPECT_FALSE(later.took("a/c", digest("1")));
}

TEST_F(PushMemoryTest, LetsATagMoveOn) {
  memory_.remember("a/b", digest("1"), {"latest", "v1"});
  memory_.remember("a/b", digest("2"), {"latest"});
  EXPECT_THAT(memory_.tags("a/b", digest("1")), ElementsAre("v1"));
}

TEST_F(PushMemoryTest, ForgetsTheOldest) {
  PushMemory small(file_, 2);
  for (const char* content : {"0", "1", "2"}) small.remember("a/b", digest(content), {});
  EXPECT_FALSE(small.took("a/b", digest("0")));
  EXPECT_TRUE(small.took("a/b", digest("1")));
  EXPECT_TRUE(small.took("a/b", digest("2")));
}

TEST_F(PushMemoryTest, TakesABrokenFileForAnEmptyOne) {
  std::filesystem::create_directory(file_.parent_path());
  std::ofstream(file_) << "{\"version\": 1, \"pushed\": [";
  EXPECT_FALSE(memory_.took("a/b", digest("1")));
  memory_.remember("a/b", digest("1"), {"v1"});
  EXPECT_TRUE(memory_.took("a/b", digest("1")));
}

}  // namespace
}  // namespace bale::registry
