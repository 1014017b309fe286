// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_reader.h"

#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <string>
#include <vector>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/tar_header.h"
#include "oci/tar_writer.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

TarEntry entry_at(std::string path, FileType type = FileType::kRegular) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.type = type;
  return entry;
}

/// A header with the given change, its checksum put right.
std::string header_with(const std::function<void(std::string&)>& change,
                        const TarEntry& entry = entry_at("f")) {
  std::string header;
  append_tar_header(header, entry);
  change(header);
  header.replace(148, 8, 8, ' ');
  unsigned sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  char digits[8];
  std::snprintf(digits, sizeof digits, "%06o", sum);
  header.replace(148, 7, digits, 7);
  return header;
}

/// A pax header with this body.
std::string pax(std::string body) {
  TarEntry entry = entry_at("PaxHeaders.0/f");
  entry.size = body.size();
  std::string header = header_with([](std::string& h) { h[156] = 'x'; }, entry);
  body.resize(body.size() + tar_padding(body.size()));
  return header + body;
}

std::vector<TarEntry> entries_of(std::string_view tar) {
  BytesSource source(as_bytes(tar));
  TarReader reader(source);
  std::vector<TarEntry> entries;
  while (auto entry = reader.next()) entries.push_back(*entry);
  return entries;
}

std::string plain_header(const TarEntry& entry) {
  return header_with([](std::string&) {}, entry);
}

std::string failure_of(std::string_view tar) {
  try {
    entries_of(tar);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    return error.what();
  }
  return "no failure";
}

TEST(TarReader, ReadsWhatTheWriterWrites) {
  std::vector<TarEntry> entries;
  entries.push_back(entry_at("", FileType::kDirectory));
  entries.push_back(entry_at("a/b/" + std::string(150, 'x') + "/caf\xC3\xA9"));
  entries.back().size = 5;
  entries.back().mtime = {-5, 250000000};
  entries.back().xattrs = {{"user.\xC3\xA9", std::string("\0=\n", 3)}, {"user.empty", ""}};
  entries.push_back(entry_at("link", FileType::kSymlink));
  entries.back().link_target = "/../x/" + std::string(200, 'y');
  entries.push_back(entry_at("hard", FileType::kHardLink));
  entries.back().link_target = "a/b";
  entries.push_back(entry_at("dev", FileType::kBlockDevice));
  entries.back().device_major = 253;
  entries.back().device_minor = 1048575;
  entries.back().uid = 4294967294;
  entries.push_back(entry_at("\xff\n" + std::string(200, '\xfe'), FileType::kFifo));
  StringSink sink;
  TarWriter tar(sink);
  for (const auto& entry : entries) {
    if (entry.size > 0) {
      tar.add(entry, as_bytes("12345"));
    } else {
      tar.add(entry);
    }
  }
  tar.finish();
  EXPECT_EQ(entries_of(sink.text()), entries);
}

TEST(TarReader, GivesContentAndItsPlace) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add(entry_at("skipped"), as_bytes(std::string(700000, 's')));
  tar.add(entry_at("caf\xC3\xA9"), as_bytes("content"));
  tar.finish();
  BytesSource source(as_bytes(sink.text()));
  TarReader reader(source);
  reader.next();
  EXPECT_EQ(reader.next()->path, "caf\xC3\xA9");
  EXPECT_EQ(sink.text().substr(reader.content_offset(), 7), "content");
  EXPECT_EQ(read_all(reader.content(), 100), "content");
  EXPECT_FALSE(reader.next().has_value());
}

TEST(TarReader, ReadsGnuTar) {
  const test::ScratchFolder scratch;
  const std::string folder = scratch.path().string();
  const std::string name(180, 'n');
  const std::string command = "cd " + folder + " && mkdir " + name + " && echo text > " + name +
                              "/" + name + " && ln -s " + name + "/" + name +
                              " link && tar --format=gnu --owner=:3000000000 -cf out.tar " + name +
                              " link";
  ASSERT_EQ(std::system(command.c_str()), 0);
  const std::string tar = read_file(scratch / "out.tar", 1 << 20);
  const auto entries = entries_of(tar);
  ASSERT_EQ(entries.size(), 3U);
  EXPECT_EQ(entries[1].path, name + "/" + name);
  EXPECT_EQ(entries[1].uid, 3000000000U);
  EXPECT_EQ(entries[2].link_target, name + "/" + name);
}

TEST(TarReader, BringsPathsIntoTheRoot) {
  const auto path_of = [](const std::string& raw) {
    return entries_of(
               header_with([&](std::string& h) { h.replace(0, raw.size() + 1, raw + '\0'); }))
        .at(0)
        .path;
  };
  EXPECT_EQ(path_of("/etc/passwd"), "etc/passwd");
  EXPECT_EQ(path_of("./a//b/./c"), "a/b/c");
  EXPECT_EQ(path_of("."), "");
}

TEST(TarReader, RefusesPathsThatClimb) {
  for (const char* raw : {"..", "../x", "a/../../x", "a/..", "/.."}) {
    const std::string tar = header_with(
        [&](std::string& h) { h.replace(0, std::strlen(raw) + 1, std::string(raw) + '\0'); });
    EXPECT_THAT(failure_of(tar), testing::HasSubstr("\"..\"")) << raw;
  }
  TarEntry link = entry_at("h", FileType::kHardLink);
  link.link_target = "../../etc/shadow";
  EXPECT_THAT(failure_of(plain_header(link)), testing::HasSubstr("\"..\""));
}

TEST(TarReader, RefusesNumbersThatLie) {
  const auto size_field = [](std::string bytes) {
    bytes.resize(12);
    return header_with([&](std::string& h) { h.replace(124, 12, bytes); });
  };
  EXPECT_THAT(failure_of(size_field(std::string(12, '\xff'))), testing::HasSubstr("negative"));
  EXPECT_THAT(failure_of(size_field("\xbf" + std::string(11, '\xff'))),
              testing::HasSubstr("large"));
  EXPECT_THAT(failure_of(size_field("-1")), testing::HasSubstr("octal"));
  EXPECT_THAT(failure_of(size_field("777777777777")), testing::HasSubstr("ends in the middle"));
  EXPECT_THAT(failure_of(pax("22 size=-111111111111\n") + plain_header(entry_at("f"))),
              testing::HasSubstr("no number"));
  EXPECT_THAT(failure_of(pax("30 size=99999999999999999999\n\n") + plain_header(entry_at("f"))),
              testing::HasSubstr("pax"));
}

TEST(TarReader, RefusesBrokenPaxHeaders) {
  const std::string file = plain_header(entry_at("f"));
  for (const std::string& body :
       {std::string("nonsense"), std::string("5 a=b\n"), std::string("7 a=b\n"),
        std::string("0 a=b\n"), std::string("99999999999 a=b\n"), std::string("6 abc\n"),
        std::string("6 =ab\n"), std::string("12 path=a\0b\n", 12),
        std::string("27 GNU.sparse.realname=ab\n\n")}) {
    EXPECT_THAT(failure_of(pax(body) + file), testing::StartsWith("tar: ")) << body;
  }
  EXPECT_EQ(entries_of(pax("10 path=b\n") + file).at(0).path, "b");
}

TEST(TarReader, RefusesAnExtendedHeaderThatClaimsGigabytes) {
  TarEntry entry = entry_at("p");
  entry.size = std::uint64_t{1} << 32;
  for (const char type : {'x', 'g', 'L', 'K'}) {
    EXPECT_THAT(failure_of(header_with([&](std::string& h) { h[156] = type; }, entry)),
                testing::HasSubstr("longer than 1 MiB"));
  }
}

TEST(TarReader, RefusesUnknownAndSparseTypes) {
  for (const char type : {'S', 'V', 'Z'}) {
    EXPECT_NE(failure_of(header_with([&](std::string& h) { h[156] = type; })), "no failure");
  }
}

TEST(TarReader, RefusesAnArchiveCutOffAnywhereButBehindAnEntry) {
  StringSink sink;
  TarWriter tar(sink);
  tar.add(entry_at("caf\xC3\xA9"), as_bytes(std::string(600, 'c')));
  const std::string& text = sink.text();
  const std::size_t end = text.size() - tar_padding(600);
  for (std::size_t size = 1; size < end; size += 7) {
    EXPECT_NE(failure_of(text.substr(0, size)), "no failure") << size;
  }
  for (std::size_t size = end; size < text.size(); size += 7) {
    EXPECT_EQ(failure_of(text.substr(0, size)), "no failure") << "umoci leaves the padding out";
  }
  EXPECT_EQ(entries_of(text).size(), 1U);
}

TEST(TarReader, RefusesAWrongChecksumAndWhatIsNoTar) {
  std::string header = plain_header(entry_at("f"));
  header[0] = 'g';
  EXPECT_THAT(failure_of(header), testing::HasSubstr("checksum"));
  EXPECT_NE(failure_of(std::string(5000, 'x')), "no failure");
  EXPECT_NE(failure_of("short"), "no failure");
}

}  // namespace
}  // namespace bale::oci
