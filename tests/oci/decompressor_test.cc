// SPDX-License-Identifier: Apache-2.0
#include "oci/decompressor.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <random>
#include <string>

#include <gtest/gtest.h>

#include "oci/block_compressor.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "tests/support/scratch_folder.h"

namespace bale::oci {
namespace {

constexpr std::size_t kLimit = std::size_t{1} << 28;

std::string some_text(std::size_t size) {
  std::mt19937 random(7);
  std::string text(size, '\0');
  for (auto& c : text) c = static_cast<char>(random() % 50);
  return text;
}

std::string packed(const std::string& text, const LayerOptions& options) {
  const auto compressor = make_block_compressor(options);
  std::string result;
  std::string room(compressor->bound(), '\0');
  for (std::size_t at = 0; at < text.size(); at += compressor->block_size()) {
    const auto block = as_bytes(text).subspan(at);
    result +=
        as_text(compressor->compress(block.first(std::min(block.size(), compressor->block_size())),
                                     std::as_writable_bytes(std::span(room))));
  }
  return result;
}

std::string gzip(const std::string& text) { return packed(text, {}); }

std::string zstd(const std::string& text) {
  LayerOptions options;
  options.compression = Compression::kZstd;
  return packed(text, options);
}

/// Gives its bytes in pieces of a size that fits no buffer.
class DribblingSource final : public Source {
 public:
  DribblingSource(std::string_view text, std::size_t piece)
      : bytes_(as_bytes(text)), piece_(piece) {}
  std::size_t read(MutableBytes buffer) override {
    return bytes_.read(buffer.first(std::min(buffer.size(), piece_)));
  }

 private:
  BytesSource bytes_;
  std::size_t piece_;
};

std::string unpacked(std::string_view text, std::size_t piece = kChunkSize) {
  Decompressor source(std::make_unique<DribblingSource>(text, piece));
  return read_all(source, kLimit);
}

TEST(Decompressor, UnpacksSeveralMembersAndFrames) {
  const std::string text = some_text(9'000'000);
  EXPECT_TRUE(unpacked(gzip(text)) == text);
  EXPECT_TRUE(unpacked(zstd(text)) == text);
  EXPECT_TRUE(unpacked(text) == text);
  EXPECT_EQ(unpacked(gzip("a") + gzip("b")), "ab");
  EXPECT_EQ(unpacked(zstd("a") + zstd("b")), "ab");
}

TEST(Decompressor, DoesNotCareHowBytesArrive) {
  const std::string text = some_text(300'000);
  for (const std::size_t piece : {1U, 7U, 4097U}) {
    EXPECT_TRUE(unpacked(gzip(text), piece) == text) << piece;
    EXPECT_TRUE(unpacked(zstd(text), piece) == text) << piece;
  }
}

TEST(Decompressor, TellsTheFormatByTheBytes) {
  const auto format = [](std::string_view text) {
    return Decompressor(std::make_unique<BytesSource>(as_bytes(text))).format();
  };
  EXPECT_EQ(format(gzip("x")), Compression::kGzip);
  EXPECT_EQ(format(zstd("x")), Compression::kZstd);
  EXPECT_EQ(format("plain"), Compression::kNone);
  EXPECT_EQ(format(""), Compression::kNone);
  EXPECT_EQ(format(std::string("\x50\x2A\x4D\x18\x01\0\0\0z", 9)), Compression::kZstd);
}

TEST(Decompressor, SkipsSkippableFrames) {
  const std::string skippable("\x5A\x2A\x4D\x18\x02\0\0\0zz", 10);
  EXPECT_EQ(unpacked(skippable + zstd("text") + skippable), "text");
}

TEST(Decompressor, RefusesTruncatedStreamsWhereverTheyEnd) {
  const std::string text = some_text(5000);
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    for (std::size_t size = 4; size < whole.size(); size += 13) {
      EXPECT_THROW(unpacked(whole.substr(0, size)), Error) << size;
    }
    EXPECT_THROW(unpacked(whole.substr(0, whole.size() - 1)), Error);
  }
}

TEST(Decompressor, RefusesAnythingBehindTheEnd) {
  EXPECT_THROW(unpacked(gzip("text") + "garbage"), Error);
  EXPECT_THROW(unpacked(gzip("text") + std::string(512, '\0')), Error);
  EXPECT_THROW(unpacked(zstd("text") + "garbage"), Error);
}

TEST(Decompressor, RefusesAWrongChecksumAndAWrongLength) {
  const std::string whole = gzip(some_text(5000));
  for (std::size_t back = 1; back <= 8; ++back) {
    std::string wrong = whole;
    wrong[wrong.size() - back] = static_cast<char>(wrong[wrong.size() - back] ^ 1);
    EXPECT_THROW(unpacked(wrong), Error) << back;
  }
  std::string wrong = zstd(some_text(5000));
  wrong.back() = static_cast<char>(wrong.back() ^ 1);
  EXPECT_THROW(unpacked(wrong), Error);
}

TEST(Decompressor, NeverGivesOtherBytesThanWerePacked) {
  const std::string text = some_text(20000);
  for (const std::string& whole : {gzip(text), zstd(text)}) {
    for (std::size_t at = 4; at < whole.size(); at += 37) {
      std::string wrong = whole;
      wrong[at] = static_cast<char>(wrong[at] ^ 0x10);
      try {
        EXPECT_TRUE(unpacked(wrong) == text) << at;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::kCorrupt);
      }
    }
  }
}

TEST(Decompressor, ReadsWhatTheToolsWriteAndRefusesWindowsOfGigabytes) {
  const test::ScratchFolder scratch;
  const std::string text = some_text(3'000'000);
  std::ofstream(scratch / "plain", std::ios::binary) << text;
  const auto run = [&](const std::string& command) {
    const std::string line =
        command + " < " + (scratch / "plain").string() + " > " + (scratch / "packed").string();
    ASSERT_EQ(std::system(line.c_str()), 0) << command;
  };
  const auto content = [&] {
    Decompressor source(std::make_unique<FileSource>(open_file(scratch / "packed", 0)));
    return read_all(source, kLimit);
  };
  for (const char* command : {"gzip -1", "gzip -9", "zstd -q -19", "zstd -q -T2 --long=27"}) {
    run(command);
    EXPECT_TRUE(content() == text) << command;
  }
  run("zstd -q --long=30");
  EXPECT_THROW(content(), Error);
}

}  // namespace
}  // namespace bale::oci
