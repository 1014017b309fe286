// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "oci/block_compressor.h"
#include "oci/descriptor.h"
#include "oci/layer_block.h"
#include "oci/tar_split.h"
#include "oci/zstd_sink.h"

namespace bale::oci {

/// The table of contents at the end of a zstd:chunked layer, as containers/storage reads it: which
/// frames hold which file, so that a client fetches only the files that it lacks. Every content
/// lies in frames of its own; the table, the tar without contents (TarSplit) and a footer follow in
/// skippable frames, which any zstd reader skips. What it needs of memory grows with the entries,
/// by about 100 bytes each.
///
/// A layer that the format cannot describe (names that are no UTF-8, times past the year 2262) gets
/// no table, and one whose headers are not those that bale writes no TarSplit: clients then fetch
/// it as a whole. One thread at a time.
class ChunkedTable {
 public:
  ChunkedTable();

  /// Blocks in order, compressed and with their entries complete; where they begin in the tar and
  /// in the blob.
  void add(const LayerBlock& block, std::uint64_t plain_begin, std::uint64_t packed_begin);

  struct Ending {
    std::string frames;       ///< to follow the last block
    Annotations annotations;  ///< of the layer's descriptor
  };
  /// What a blob of `packed_size` bytes ends with. Once, last.
  Ending finish(std::uint64_t packed_size);

 private:
  void add_entry(const TocEntry& entry, std::uint64_t crc);
  void add_header(const TocEntry& entry);
  void keep_raw(Bytes raw);

  StringSink toc_text_;
  ZstdSink toc_;
  TarSplit split_;
  bool first_ = true;
  bool describable_ = true;  // by a table
  bool canonical_ = true;    // every header is the one that bale would write

  std::string raw_;            // of the tar since the last content
  std::uint64_t padding_ = 0;  // its first bytes: what fills up the content before
  std::uint64_t crc_ = 0;      // of the content under way
  std::uint64_t begin_ = 0;    // of the content under way, in the blob
  std::uint64_t end_ = 0;      // of the last content, in the blob
};

/// Compresses a block with each content in frames of its own, and notes where they lie.
void pack_contents_apart(LayerBlock& block, BlockCompressor& compressor);

}  // namespace bale::oci
