// SPDX-License-Identifier: Apache-2.0
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/layer_toc.h"
#include "oci/toc_reader.h"
#include "oci/toc_writer.h"

namespace bale::oci {
namespace {

TocEntry entry(std::string path, FileType type = FileType::kRegular) {
  TocEntry toc;
  toc.entry.path = std::move(path);
  toc.entry.type = type;
  return toc;
}

std::vector<TocEntry> every_kind() {
  std::vector<TocEntry> entries;
  entries.push_back(entry("", FileType::kDirectory));
  entries.push_back(entry("usr/bin/one"));
  entries.back().entry.size = 3;
  entries.back().entry.mtime = {1700000000, 5};
  entries.back().content = Digest::of(as_bytes("one"));
  entries.back().offset = 1024;
  entries.back().entry.xattrs = {{"security.capability", std::string("\0\1", 2)}, {"user.a", ""}};
  entries.push_back(entry("usr/bin/two", FileType::kHardLink));
  entries.back().entry.link_target = "usr/bin/one";
  entries.back().entry.mtime = {INT64_MIN, 999999999};
  entries.push_back(entry("usr/bin/\xff\n", FileType::kSymlink));
  entries.back().entry.link_target = "../../..";
  entries.back().entry.mtime = {INT64_MAX, 0};
  entries.push_back(entry("dev/null", FileType::kCharDevice));
  entries.back().entry.device_major = 1;
  entries.back().entry.device_minor = 3;
  entries.back().entry.uid = UINT64_MAX;
  entries.push_back(entry("fifo", FileType::kFifo));
  entries.push_back(entry("huge"));
  entries.back().entry.size = std::uint64_t{1} << 50;
  entries.back().content = Digest::of({});
  entries.back().offset = 9000;
  return entries;
}

std::string written(const std::vector<TocEntry>& entries) {
  StringSink sink;
  TocWriter writer(sink);
  for (const auto& toc : entries) writer.add(toc);
  writer.finish();
  return sink.text();
}

std::vector<TocEntry> read(std::string_view table) {
  BytesSource source(as_bytes(table));
  return read_toc(source).entries();
}

TEST(Toc, ReadsWhatItWrote) {
  const auto entries = every_kind();
  const auto again = read(written(entries));
  ASSERT_EQ(again.size(), entries.size());
  for (std::size_t i = 0; i < entries.size(); ++i) {
    EXPECT_EQ(again[i].entry, entries[i].entry) << i;
    EXPECT_EQ(again[i].content, entries[i].content) << i;
    EXPECT_EQ(again[i].offset, entries[i].offset) << i;
  }
}

TEST(Toc, OfAnEmptyLayerIsReadToo) { EXPECT_TRUE(read(written({})).empty()); }

TEST(Toc, IsRefusedWhereverItIsCutOff) {
  const std::string table = written(every_kind());
  for (std::size_t size = 0; size < table.size(); ++size) {
    EXPECT_THROW(read(table.substr(0, size)), Error) << size;
  }
  EXPECT_THROW(read(table + "x"), Error);
}

TEST(Toc, IsRefusedWhicheverByteIsWrong) {
  const std::string table = written(every_kind());
  for (std::size_t at = 0; at < table.size(); ++at) {
    std::string wrong = table;
    wrong[at] = static_cast<char>(wrong[at] ^ 0x41);
    EXPECT_THROW(read(wrong), Error) << at;
  }
}

TEST(Toc, LengthThatClaimsTerabytesIsRefusedBeforeItIsBelieved) {
  std::string table("BALETOC\x01\x01\x00", 10);
  table += "\xff\xff\xff\xff\xff\xff\x7f";
  EXPECT_THROW(read(table), Error);
}

TEST(Toc, HoldsManyEntriesInFewBytes) {
  std::vector<TocEntry> entries;
  for (int i = 0; i < 100000; ++i) {
    entries.push_back(entry("usr/share/some/folder/file" + std::to_string(100000 + i)));
    entries.back().content = Digest::of({});
  }
  const std::string table = written(entries);
  EXPECT_LT(table.size(), 60U * entries.size());
  EXPECT_EQ(read(table).size(), entries.size());
}

}  // namespace
}  // namespace bale::oci
