// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_file.h"

#include <array>
#include <string>
#include <thread>

#include <fcntl.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/io.h"
#include "oci/new_file.h"
#include "oci/tar_writer.h"
#include "tests/support/peer_tool.h"
#include "tests/support/random_bytes.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

/// Larger than what a pipe holds.
const std::string& content() {
  static const std::string bytes = test::random_bytes(300'000, 1);
  return bytes;
}

std::string make_tar() {
  StringSink sink;
  TarWriter tar(sink);
  TarEntry entry;
  entry.path = "member";
  entry.size = content().size();
  tar.add(entry, as_bytes(content()));
  tar.finish();
  return sink.text();
}

/// Text that comes out of a pipe, written as it is read.
class Pipe {
 public:
  explicit Pipe(std::string text) {
    std::array<int, 2> ends{};
    EXPECT_EQ(::pipe2(ends.data(), O_CLOEXEC), 0);
    read_end_ = UniqueFd(ends[0]);
    writer_ = std::jthread(
        [text = std::move(text), end = ends[1]] { FileSink(UniqueFd(end)).write(as_bytes(text)); });
  }
  UniqueFd take() { return std::move(read_end_); }

 private:
  UniqueFd read_end_;
  std::jthread writer_;
};

TEST(TarFile, ReadsWhatComesOutOfAPipe) {
  Pipe pipe(make_tar());
  const TarFile file = TarFile::read(pipe.take(), "a pipe");
  EXPECT_EQ(file.size("member"), content().size());
  // Twice, and in any order: the pipe is long empty.
  EXPECT_TRUE(file.read_member("member", 1 << 20) == content());
  EXPECT_TRUE(file.read_member("member", 1 << 20) == content());
}

TEST(TarFile, UnpacksWhatComesOutOfAPipe) {
  BALE_NEEDS_PEER("gzip");
  const test::ScratchFolder scratch;
  write_file_atomically(scratch / "file", make_tar());
  test::run_peer("gzip " + (scratch / "file").string());
  Pipe pipe(read_file(scratch / "file.gz", 1 << 20));
  const TarFile file = TarFile::read(pipe.take(), "a pipe");
  EXPECT_TRUE(file.read_member("member", 1 << 20) == content());
}

TEST(TarFile, ReadsAFileFromWhereItsDescriptorStands) {
  const test::ScratchFolder scratch;
  FileSink out(open_file(scratch / "file", O_WRONLY | O_CREAT, 0644));
  out.write(as_bytes("#!/bin/sh\n" + make_tar()));
  UniqueFd in = open_file(scratch / "file", O_RDONLY);
  ASSERT_EQ(::lseek(in.get(), 10, SEEK_SET), 10);
  const TarFile file = TarFile::read(std::move(in), "a file");
  EXPECT_TRUE(file.read_member("member", 1 << 20) == content());
}

TEST(TarFile, NamesWhatItCouldNotRead) {
  Pipe pipe("this is no archive");
  try {
    TarFile::read(pipe.take(), "standard input");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
    EXPECT_THAT(error.what(), testing::HasSubstr("standard input is no tar file"));
  }
}

}  // namespace
}  // namespace bale::oci
