// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <vector>

#include "oci/block_compressor.h"
#include "oci/block_pipeline.h"
#include "oci/error.h"
#include "oci/layer_reader.h"
#include "oci/layer_toc.h"

namespace bale::oci {

namespace {

/// Lays the contents of a tar, known from before, out over the blocks that its bytes come in.
class ContentPlaces {
 public:
  explicit ContentPlaces(std::vector<TocEntry> entries) : entries_(std::move(entries)) {}

  /// Of a block in order, which holds its bytes already.
  void lay_out(LayerBlock& block) {
    const std::uint64_t begin = position_;
    position_ += block.used;
    while (next_ < entries_.size() && entries_[next_].offset <= position_) {
      const TocEntry& toc = entries_[next_];
      const std::uint64_t size = toc.entry.type == FileType::kRegular ? toc.entry.size : 0;
      if (size > 0 && !add_piece(block, begin, toc.offset, size)) return;
      block.entries.push_back(std::move(entries_[next_++]));
    }
  }

 private:
  /// False where the content goes on behind the block, or does not start before.
  bool add_piece(LayerBlock& block, std::uint64_t begin, std::uint64_t offset, std::uint64_t size) {
    if (offset == position_) return false;
    const std::uint64_t from = std::max(offset, begin);
    const std::uint64_t to = std::min(offset + size, position_);
    ContentPiece piece;
    piece.at = static_cast<std::size_t>(from - begin);
    piece.size = static_cast<std::size_t>(to - from);
    piece.first = from == offset;
    piece.last = to == offset + size;
    piece.entry = block.entries.size();
    block.pieces.push_back(piece);
    return piece.last;
  }

  std::vector<TocEntry> entries_;
  std::size_t next_ = 0;
  std::uint64_t position_ = 0;
};

/// `places` only with a chunked table.
struct Repacking {
  std::unique_ptr<BlockCompressor> compressor;
  std::optional<ContentPlaces> places = {};
  std::optional<ChunkedTable> chunked = {};
};

PackedStream repack(Source& plain, Repacking& how, ThreadPool& pool, Sink& packed) {
  BlockPipeline pipeline(pool, *how.compressor, {nullptr, how.chunked ? &*how.chunked : nullptr},
                         packed);
  auto block = pipeline.take();
  block->used = read_full(plain, block->at(0, block->capacity()));
  // Even of nothing there is one block, and no other one is empty: as LayerWriter cuts.
  do {
    if (how.places) how.places->lay_out(*block);
    pipeline.put(std::move(block));
    block = pipeline.take();
    block->used = read_full(plain, block->at(0, block->capacity()));
  } while (block->used > 0);
  return pipeline.finish();
}

}  // namespace

LayerResult recompress_layer(const BlobProvider& from, const Descriptor& layer,
                             const std::optional<DiffId>& expected, BlobStore& to, ThreadPool& pool,
                             const LayerOptions& options) {
  try {
    Repacking how{make_block_compressor(options)};
    if (options.is_chunked()) {
      // Where contents lie must be known before they are packed: a first reading.
      how.places.emplace(list_entries(from, layer));
      how.chunked.emplace();
    }
    const auto plain = open_layer(from, layer);
    const auto blob = to.create_blob();
    PackedStream packed = repack(*plain, how, pool, *blob);
    DiffId diff_id(std::move(packed.plain_digest));
    if (expected) check_diff_id(diff_id, *expected);
    blob->finish(packed.packed_digest);
    return {Descriptor{oci_layer_type(options.compression), std::move(packed.packed_digest),
                       packed.packed_size, std::move(packed.annotations)},
            std::move(diff_id), packed.plain_size};
  } catch (const Error& error) {
    throw error.in("compressing layer " + layer.digest.to_string() + " anew");
  }
}

}  // namespace bale::oci
