// SPDX-License-Identifier: Apache-2.0
#include "builder/file_list.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <malloc.h>

#include "tests/support/tree_files.h"

namespace bale::builder {
namespace {

oci::Digest digest_of(const std::string& text) { return oci::Digest::of(oci::as_bytes(text)); }

TreeFile regular(const std::string& path, std::uint64_t size) {
  return {.entry = {.path = path, .mode = 0640, .mtime = {1'700'000'000, 7}, .size = size}};
}

/// A file of every kind, with all that can be said of one.
std::vector<TreeFile> varied_files() {
  std::vector<TreeFile> files = {
      {.entry = {.path = "", .type = oci::FileType::kDirectory, .mode = 0755}},
      {.entry = {.path = "fifo", .type = oci::FileType::kFifo, .mode = 0600}},
      {.entry = {.path = "link", .type = oci::FileType::kSymlink, .link_target = "../x\ny"}},
      {.entry = {.path = "null",
                 .type = oci::FileType::kCharDevice,
                 .mtime = {-5, 999'999'999},
                 .device_major = 1,
                 .device_minor = 3}},
      regular("one", 12),
      regular("two", UINT64_MAX / 2),
  };
  files[4].entry.xattrs = {{"user.a", std::string("\0b", 2)}};
  files[4].entry.uid = UINT32_MAX;
  files[4].content = digest_of("known");
  files[5].link_group = UINT64_MAX;
  files[5].stamp = FileStamp{UINT64_MAX, 5, 99, {1, 2}, {-3, 4}};
  return files;
}

std::vector<TreeFile> many_files(std::size_t count) {
  std::vector<TreeFile> files;
  for (std::size_t i = 0; i < count; ++i) {
    files.push_back(regular("d/f" + std::to_string(1'000'000 + i), i % 3));
    files.back().stamp = FileStamp{3, 1'000 - i, i % 3, files.back().entry.mtime, {2'000, 1}};
  }
  return files;
}

FileList list_of(const std::vector<TreeFile>& files) {
  FileList::Writer writer;
  for (const TreeFile& each : files) writer.add(each);
  return writer.finish();
}

void expect_same(const TreeFile& got, const TreeFile& wanted) {
  EXPECT_EQ(got.entry, wanted.entry);
  EXPECT_EQ(got.link_group, wanted.link_group) << wanted.entry.path;
  EXPECT_EQ(got.stamp, wanted.stamp) << wanted.entry.path;
  EXPECT_EQ(got.content, wanted.content) << wanted.entry.path;
}

TEST(FileList, KeepsAllThatIsKnownOfAFile) {
  const auto files = varied_files();
  const FileList list = list_of(files);
  ASSERT_EQ(list.size(), files.size());
  expect_same(list.front(), files.front());
  std::size_t position = 0;
  for (const TreeFile& each : list) expect_same(each, files[position++]);
  EXPECT_EQ(position, files.size());
}

TEST(FileList, MayBeEmptyOrHaveOneFile) {
  EXPECT_TRUE(FileList().empty());
  EXPECT_TRUE(list_of({}).begin() == FileList::end());
  const FileList one(regular("a", 1));
  EXPECT_EQ(one.size(), 1U);
  EXPECT_EQ(one.front().entry.path, "a");
}

TEST(FileList, FindsAnyOfManyFiles) {
  const auto files = many_files(1000);
  const FileList list = list_of(files);
  for (const std::size_t position : {0U, 1U, 255U, 256U, 511U, 600U, 999U}) {
    EXPECT_EQ(list.at(position).entry, files[position].entry);
    EXPECT_EQ(list.at(position).stamp, files[position].stamp);
    EXPECT_EQ(list.find(files[position].entry.path), position);
  }
  EXPECT_EQ(list.find("d"), std::nullopt);
  EXPECT_EQ(list.find("d/f1000255x"), std::nullopt);
  EXPECT_EQ(list.find("e"), std::nullopt);
}

TEST(FileList, TakesFewBytesAFile) {
  constexpr std::size_t kFiles = 100'000;
  FileList::Writer writer;
  const std::size_t before = ::mallinfo2().uordblks;
  for (std::size_t i = 0; i < kFiles; ++i) {
    TreeFile file = regular("folder/file" + std::to_string(kFiles + i), 0);
    file.stamp = FileStamp{3, 1'000'000 + i, 0, file.entry.mtime, {1'700'000'001, 123'456'789}};
    writer.add(file);
  }
  const FileList list = writer.finish();
  EXPECT_EQ(list.size(), kFiles);
#if !defined(__SANITIZE_ADDRESS__) && \
    !defined(__SANITIZE_THREAD__)  // they have a malloc of their own
  EXPECT_LT((::mallinfo2().uordblks - before) / kFiles, 45U);
  EXPECT_GT((::mallinfo2().uordblks - before) / kFiles, 10U);
#endif
}

TEST(FileList, KnowsTheContentOfEmptyFilesAndLearnsThatOfOthers) {
  FileList list = list_of(many_files(600));
  for (const TreeFile& each : list) EXPECT_EQ(each.content.has_value(), each.entry.size == 0);
  EXPECT_EQ(list.front().content, digest_of(""));
  for (const std::size_t position : {1U, 256U, 599U}) {
    const std::string content = std::to_string(position);
    list.set_content(position, digest_of(content));
    EXPECT_EQ(list.at(position).content, digest_of(content));
  }
  EXPECT_EQ(list.at(2).content, std::nullopt);
  EXPECT_EQ(list.at(257).content, std::nullopt);
  EXPECT_EQ(list.at(598).content, std::nullopt);
}

TEST(FileList, LearnsTheContentOfTheFirstToo) {
  FileList list(regular("a", 1));
  list.set_content(0, digest_of("x"));
  EXPECT_EQ(list.front().content, digest_of("x"));
}

}  // namespace
}  // namespace bale::builder
