// SPDX-License-Identifier: Apache-2.0
#include <array>
#include <cstring>
#include <utility>

#include <isa-l.h>

#include "oci/error.h"
#include "oci/free_list.h"
#include "oci/gzip_compressor.h"

namespace bale::oci {

namespace {

/// Level 1: as fast as level 0 and a tenth smaller, three times as fast as level 3.
constexpr unsigned kLevel = 1;

/// What one compression works with, 150 KiB.
struct Workspace {
  isal_zstream stream;
  std::array<std::uint8_t, ISAL_DEF_LVL1_DEFAULT> level_buffer;
};

class FastGzipCompressor final : public BlockCompressor {
 public:
  explicit FastGzipCompressor(std::size_t block_size) : block_size_(block_size) {}

  std::size_t block_size() const override { return block_size_; }

  /// Incompressible data is stored in pieces of 64 KiB with 5 bytes each; ISA-L wants more room
  /// than that while it tries.
  std::size_t bound() const override { return block_size_ + block_size_ / 8 + 4096; }

  Bytes compress(Bytes block, MutableBytes room) override {
    auto workspace = workspaces_.take([] { return std::make_unique_for_overwrite<Workspace>(); });
    const Bytes packed = compress_with(*workspace, block, room);
    workspaces_.give(std::move(workspace));
    return packed;
  }

 private:
  static Bytes compress_with(Workspace& workspace, Bytes block, MutableBytes room) {
    isal_zstream& stream = workspace.stream;
    // The library's initialisation leaves out fields and tables that shape its output.
    std::memset(&workspace, 0, sizeof workspace);
    isal_deflate_stateless_init(&stream);
    stream.gzip_flag = IGZIP_GZIP;
    stream.end_of_stream = 1;
    stream.level = kLevel;
    stream.level_buf = workspace.level_buffer.data();
    stream.level_buf_size = workspace.level_buffer.size();
    // The library declares its input without const, and only reads it.
    stream.next_in = const_cast<std::uint8_t*>(reinterpret_cast<const std::uint8_t*>(block.data()));
    stream.avail_in = static_cast<std::uint32_t>(block.size());
    stream.next_out = reinterpret_cast<std::uint8_t*>(room.data());
    stream.avail_out = static_cast<std::uint32_t>(room.size());
    if (isal_deflate_stateless(&stream) != COMP_OK || stream.avail_in != 0) {
      throw Error(ErrorCode::kFailed, "ISA-L: a block does not fit its bound");
    }
    return room.first(stream.total_out);
  }

  std::size_t block_size_;
  FreeList<Workspace> workspaces_;
};

}  // namespace

std::unique_ptr<BlockCompressor> make_fast_gzip_compressor(std::size_t block_size) {
  return std::make_unique<FastGzipCompressor>(block_size);
}

std::string fast_gzip_library() {
  return "isal-" + std::to_string(ISAL_MAJOR_VERSION) + '.' + std::to_string(ISAL_MINOR_VERSION);
}

}  // namespace bale::oci
