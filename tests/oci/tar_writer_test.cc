// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_writer.h"

#include <array>
#include <cstdio>
#include <string>

#include <fcntl.h>
#include <gtest/gtest.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/tar_header.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

std::string header_of(const TarEntry& entry) {
  std::string out;
  append_tar_header(out, entry);
  return out;
}

TarEntry file(std::string path) {
  TarEntry entry;
  entry.path = std::move(path);
  return entry;
}

std::string output_of(const std::string& command) {
  std::FILE* pipe = ::popen(command.c_str(), "r");
  std::string text;
  std::array<char, 4096> buffer{};
  while (const std::size_t got = std::fread(buffer.data(), 1, buffer.size(), pipe)) {
    text.append(buffer.data(), got);
  }
  ::pclose(pipe);
  return text;
}

TEST(TarHeader, IsOneBlockForAnOrdinaryFile) {
  TarEntry entry = file("etc/passwd");
  entry.size = 1234;
  entry.mtime = {1700000000, 0};
  const std::string header = header_of(entry);
  ASSERT_EQ(header.size(), kTarBlock);
  EXPECT_EQ(header.substr(0, 11), std::string("etc/passwd\0", 11));
  EXPECT_EQ(header.substr(100, 8), std::string("0000644\0", 8));
  EXPECT_EQ(header.substr(124, 12), std::string("00000002322\0", 12));
  EXPECT_EQ(header[156], '0');
  EXPECT_EQ(header.substr(257, 8), std::string("ustar\00000", 8));
}

TEST(TarHeader, ChecksumIsTheSumOfTheBlockWithBlanksInItsPlace) {
  std::string header = header_of(file("a"));
  const unsigned long stored = std::stoul(header.substr(148, 6), nullptr, 8);
  header.replace(148, 8, 8, ' ');
  unsigned long sum = 0;
  for (const char c : header) sum += static_cast<unsigned char>(c);
  EXPECT_EQ(stored, sum);
}

TEST(TarHeader, CutsALongAsciiPathAtASlashInsteadOfUsingPax) {
  const std::string folder(120, 'd');
  const std::string header = header_of(file(folder + "/name"));
  ASSERT_EQ(header.size(), kTarBlock);
  EXPECT_EQ(header.substr(0, 5), std::string("name\0", 5));
  EXPECT_EQ(header.substr(345, 120), folder);
}

TEST(TarHeader, UsesPaxOnlyForWhatUstarCannotSay) {
  TarEntry entry = file("caf\xC3\xA9");
  EXPECT_NE(header_of(entry).find("14 path=caf\xC3\xA9\n"), std::string::npos);
  entry = file("f");
  entry.mtime = {1, 500000000};
  EXPECT_NE(header_of(entry).find("13 mtime=1.5\n"), std::string::npos);
  entry.mtime = {-1, 750000000};
  EXPECT_NE(header_of(entry).find("15 mtime=-0.25\n"), std::string::npos);
  entry = file("big");
  entry.size = std::uint64_t{1} << 40;
  EXPECT_NE(header_of(entry).find("size=1099511627776\n"), std::string::npos);
  entry = file("owned");
  entry.uid = 4000000000;
  EXPECT_NE(header_of(entry).find("18 uid=4000000000\n"), std::string::npos);
}

TEST(TarHeader, KeepsBytesThatAreNotUtf8) {
  EXPECT_EQ(header_of(file("\xff\xfe")).substr(0, 2), "\xff\xfe");
  const std::string path(200, '\xff');
  const std::string header = header_of(file(path));
  EXPECT_NE(header.find("hdrcharset=BINARY\n"), std::string::npos);
  EXPECT_NE(header.find("path=" + path), std::string::npos);
}

TEST(TarHeader, SaysTheLengthOfARecordThatItselfAddsADigit) {
  // "98 bytes and two digits of length" is a hundred bytes, which takes three digits.
  for (std::size_t length = 80; length < 1010; ++length) {
    TarEntry entry = file("l");
    entry.type = FileType::kSymlink;
    entry.link_target = "\xC3\xA9" + std::string(length, 'x');
    const std::string header = header_of(entry);
    const std::string record =
        header.substr(kTarBlock, header.find('\n', kTarBlock) + 1 - kTarBlock);
    EXPECT_EQ(std::stoul(record), record.size());
  }
}

TEST(TarHeader, RefusesWhatNoTarCanHold) {
  EXPECT_THROW(header_of(file(std::string("a\0b", 3))), Error);
  TarEntry entry = file("f");
  entry.xattrs["user.a=b"] = "x";
  EXPECT_THROW(header_of(entry), Error);
}

TEST(TarWriter, IsReadByGnuTarAndPython) {
  const test::ScratchFolder scratch;
  const auto path = scratch.path() / "a.tar";
  {
    FileSink sink(open_file(path, O_WRONLY | O_CREAT, 0644));
    TarWriter tar(sink);
    TarEntry folder = file("d");
    folder.type = FileType::kDirectory;
    folder.mode = 01755;
    tar.add(folder);
    tar.add(file("d/caf\xC3\xA9"), as_bytes("coffee"));
    tar.add(file(std::string(60, 'a') + "/" + std::string(90, 'b')), as_bytes("x"));
    tar.add(file(std::string(300, 'c')), as_bytes("long"));
    TarEntry link = file("link");
    link.type = FileType::kHardLink;
    link.link_target = "d/caf\xC3\xA9";
    tar.add(link);
    TarEntry attributed = file("attributed");
    attributed.xattrs["user.k"] = std::string("v\0w", 3);
    tar.add(attributed, as_bytes(""));
    tar.finish();
  }
  const std::string expected = "d/\nd/caf\xC3\xA9\n" + std::string(60, 'a') + "/" +
                               std::string(90, 'b') + "\n" + std::string(300, 'c') +
                               "\nlink\nattributed\n";
  EXPECT_EQ(output_of("tar --quoting-style=literal -tf " + path.string() + " 2>&1"), expected);
  EXPECT_EQ(output_of("python3 -c 'import sys,tarfile\n"
                      "t=tarfile.open(sys.argv[1])\n"
                      "print(len(t.getnames()), t.extractfile(\"link\").read().decode(),"
                      " t.getmember(\"attributed\").pax_headers)' " +
                      path.string() + " 2>&1"),
            "6 coffee {'SCHILY.xattr.user.k': 'v\\x00w'}\n");
}

TEST(TarWriter, RefusesAContentThatEndsEarly) {
  StringSink sink;
  TarWriter tar(sink);
  TarEntry entry = file("f");
  entry.size = 10;
  BytesSource source(as_bytes("short"));
  EXPECT_THROW(tar.add(entry, source), Error);
}

}  // namespace
}  // namespace bale::oci
