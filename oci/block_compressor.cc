// SPDX-License-Identifier: Apache-2.0
#include "oci/block_compressor.h"

#include <array>

#include "oci/error.h"
#include "oci/gzip_compressor.h"
#include "oci/zstd_compressor.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMiB = std::size_t{1} << 20;

/// Blocks lose the matches across their borders: 1 MiB costs gzip, whose window is 32 KiB, a
/// hundredth of a per cent; zstd's window wants 4 MiB to lose as little as one per cent.
constexpr std::size_t kGzipBlock = kMiB;
constexpr std::size_t kZstdBlock = 4 * kMiB;

/// For gzip's numbers 2 to 9 (1 is fast, through ISA-L), the libdeflate level that is at least as
/// small as pgzip at that number, and faster: measured on trees of programs, sources and documents.
/// 6 (the default) is 3 % over `pigz -6` and 3 % below what podman and umoci write, at four times
/// their speed; 9 (small) is smaller than `pigz -6`.
constexpr std::array<int, 10> kGzipLevels = {0, 0, 1, 2, 2, 2, 2, 4, 5, 6};

struct LevelRange {
  const char* codec;
  int fast;
  int standard;
  int small;
  int last;
};

constexpr LevelRange kGzipRange = {"gzip", 1, 6, 9, 9};
constexpr LevelRange kZstdRange = {"zstd", 1, 3, 9, 19};

int level_number(const CompressionLevel& level, const LevelRange& range) {
  switch (level.kind) {
    case CompressionLevel::Kind::kFast:
      return range.fast;
    case CompressionLevel::Kind::kDefault:
      return range.standard;
    case CompressionLevel::Kind::kSmall:
      return range.small;
    case CompressionLevel::Kind::kNumber:
      break;
  }
  if (level.number >= 1 && level.number <= range.last) return level.number;
  throw Error(
      ErrorCode::kInvalid,
      std::string(range.codec) + " has no compression level " + std::to_string(level.number),
      "levels are 1 to " + std::to_string(range.last) + ", fast, default and small");
}

enum class Library { kNone, kIsal, kLibdeflate, kZstd, kZstdStream };

/// What the options come to.
struct Choice {
  Library library = Library::kNone;
  int level = 0;
  std::size_t block_size = kMiB;
  ZstdFrames frames = ZstdFrames::kBlocks;
  Noise noise = Noise::kCompress;
};

Choice choose_gzip(const CompressionLevel& level) {
  const int number = level_number(level, kGzipRange);
  if (number == kGzipRange.fast) return {Library::kIsal, 1, kGzipBlock};
  // Above the default every byte counts more than the time.
  const Noise noise = number <= kGzipRange.standard ? Noise::kStore : Noise::kCompress;
  return {.library = Library::kLibdeflate,
          .level = kGzipLevels.at(static_cast<std::size_t>(number)),
          .block_size = kGzipBlock,
          .noise = noise};
}

Choice choose_zstd(const LayerOptions& options) {
  const int number = level_number(options.level, kZstdRange);
  // Who wants it small waits for one stream, whose matches reach over the borders of blocks.
  if (number >= kZstdRange.small && !options.is_chunked()) return {Library::kZstdStream, number};
  return {Library::kZstd, number, kZstdBlock, options.frames};
}

Choice choose(const LayerOptions& options) {
  switch (options.compression) {
    case Compression::kNone:
      break;
    case Compression::kGzip:
      return choose_gzip(options.level);
    case Compression::kZstd:
      return choose_zstd(options);
  }
  return {};
}

/// Compression::kNone: the block as it is.
class StoredCompressor : public BlockCompressor {
 public:
  std::size_t block_size() const override { return kMiB; }
  std::size_t bound() const override { return 0; }
  Bytes compress(Bytes block, MutableBytes) override { return block; }
};

class StreamCompressor final : public StoredCompressor {
 public:
  explicit StreamCompressor(int level) : level_(level) {}
  std::unique_ptr<ZstdStream> join(Sink& packed, std::size_t threads) override {
    return std::make_unique<ZstdStream>(packed, level_, threads);
  }

 private:
  const int level_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_block_compressor(const LayerOptions& options) {
  const Choice choice = choose(options);
  switch (choice.library) {
    case Library::kNone:
      break;
    case Library::kIsal:
      return make_fast_gzip_compressor(choice.block_size);
    case Library::kLibdeflate:
      return make_gzip_compressor(choice.level, choice.block_size, choice.noise);
    case Library::kZstd:
      return make_zstd_compressor(choice.level, choice.block_size, choice.frames);
    case Library::kZstdStream:
      return std::make_unique<StreamCompressor>(choice.level);
  }
  return std::make_unique<StoredCompressor>();
}

std::string compressor_id(const LayerOptions& options) {
  const Choice choice = choose(options);
  const std::string tail = " level " + std::to_string(choice.level) + " block " +
                           std::to_string(choice.block_size) +
                           (choice.noise == Noise::kStore ? " noise stored" : "");
  switch (choice.library) {
    case Library::kNone:
      break;
    case Library::kIsal:
      return "gzip " + fast_gzip_library() + tail;
    case Library::kLibdeflate:
      return "gzip " + gzip_library() + tail;
    case Library::kZstd:
      return (choice.frames == ZstdFrames::kFiles ? "zstd:chunked " : "zstd ") + zstd_library() +
             tail;
    case Library::kZstdStream:
      return "zstd stream " + zstd_library() + tail;
  }
  return "none";
}

}  // namespace bale::oci
