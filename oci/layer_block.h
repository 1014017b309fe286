// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "oci/bytes.h"
#include "oci/host_file.h"
#include "oci/layer_toc.h"

namespace bale::oci {

/// The part of one file's content that lies in one block.
struct ContentPiece {
  std::size_t at = 0;  ///< in the block
  std::size_t size = 0;
  bool first = false;     ///< the content starts here
  bool last = false;      ///< the content ends here
  std::size_t entry = 0;  ///< of a last piece: its line in the block's `entries`

  /// Where the bytes come from; neither: they are in the block already.
  std::optional<std::filesystem::path> whole_file =
      {};                                            ///< a file that lies in this block as a whole
  std::shared_ptr<const HostFile> shared_file = {};  ///< shared with the blocks it also lies in
  std::uint64_t file_offset = 0;                     ///< within `shared_file`
};

/// Where something lies among the packed bytes of a block.
struct PackedRange {
  std::size_t begin = 0;
  std::size_t end = 0;
};

/// A stretch of a layer's tar on its way to the blob. Its layout is known before its files are
/// read: the headers say the sizes.
struct LayerBlock {
  explicit LayerBlock(std::size_t size, std::size_t room);

  std::uint64_t number = 0;
  std::size_t used = 0;
  std::vector<ContentPiece> pieces;
  std::vector<TocEntry> entries;  ///< those that end in this block, in order
  Bytes packed;                   ///< once compressed
  /// Once compressed with each content in frames of its own: one range for each piece.
  std::vector<PackedRange> packed_pieces;

  std::size_t capacity() const { return capacity_; }
  Bytes content() const { return {memory_.get(), used}; }
  MutableBytes at(std::size_t offset, std::size_t size) { return {memory_.get() + offset, size}; }
  MutableBytes room() { return {room_.get(), room_size_}; }
  /// For another stretch, in the same memory.
  void reuse(std::uint64_t new_number);

 private:
  std::size_t capacity_;
  std::size_t room_size_;
  std::unique_ptr<std::byte[]> memory_;
  std::unique_ptr<std::byte[]> room_;
};

/// Reads the block's files into it. Throws what HostFile throws.
void fill_block(LayerBlock& block);

/// Fills in the digests of the contents that lie in the block as a whole.
void hash_whole_contents(LayerBlock& block);

}  // namespace bale::oci
