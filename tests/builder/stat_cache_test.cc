// SPDX-License-Identifier: Apache-2.0
#include "builder/stat_cache.h"

#include <fstream>

#include <gtest/gtest.h>

#include "oci/fd.h"
#include "oci/new_file.h"
#include "tests/support/scratch_folder.h"

namespace bale::builder {
namespace {

const oci::Digest kDigest = oci::Digest::of(oci::as_bytes("content"));
const FileStamp kStamp = {1, 2, 3, {100, 5}, {200, 7}};
constexpr oci::FileTime kLater = {300, 0};

class StatCacheTest : public testing::Test {
 protected:
  test::ScratchFolder folder_;
  const std::filesystem::path file_ = folder_ / "cache/stat";
};

TEST_F(StatCacheTest, RemembersBetweenProcesses) {
  StatCache first(file_);
  first.put(kStamp, kDigest, kLater);
  first.save();
  EXPECT_EQ(StatCache(file_).find(kStamp), kDigest);
}

TEST_F(StatCacheTest, ForgetsAFileThatChangedInAnyWay) {
  StatCache cache(file_);
  cache.put(kStamp, kDigest, kLater);
  FileStamp edited = kStamp;  // size and mtime put back
  edited.changed.nanoseconds += 1;
  EXPECT_FALSE(cache.find(edited));
  FileStamp replaced = kStamp;
  replaced.inode = 9;
  EXPECT_FALSE(cache.find(replaced));
  EXPECT_TRUE(cache.find(kStamp));
}

TEST_F(StatCacheTest, DistrustsAFileThatWasChangedAMomentBeforeItWasRead) {
  StatCache cache(file_);
  cache.put(kStamp, kDigest, {200, 8});
  EXPECT_FALSE(cache.find(kStamp));
  FileStamp coarse = kStamp;
  coarse.changed = {200, 0};
  cache.put(coarse, kDigest, {201, 0});
  EXPECT_FALSE(cache.find(coarse));
}

TEST_F(StatCacheTest, KeepsWhatAnotherProcessSavedMeanwhile) {
  StatCache mine(file_);
  StatCache theirs(file_);
  FileStamp other = kStamp;
  other.inode = 77;
  theirs.put(other, kDigest, kLater);
  theirs.save();
  mine.put(kStamp, kDigest, kLater);
  mine.save();
  StatCache both(file_);
  EXPECT_TRUE(both.find(kStamp));
  EXPECT_TRUE(both.find(other));
}

TEST_F(StatCacheTest, ReadsDamageAsNothing) {
  StatCache first(file_);
  first.put(kStamp, kDigest, kLater);
  first.save();
  std::string content = oci::read_file(file_, 10'000);
  content[40] = static_cast<char>(content[40] ^ 1);
  oci::write_file_atomically(file_, content);
  EXPECT_FALSE(StatCache(file_).find(kStamp));
}

TEST_F(StatCacheTest, WritesNothingWhereNothingWasLearnt) {
  StatCache cache(file_);
  cache.find(kStamp);
  cache.save();
  EXPECT_FALSE(std::filesystem::exists(file_));
}

}  // namespace
}  // namespace bale::builder
