// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress.h"

#include <algorithm>
#include <cstring>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include <fcntl.h>

#include "oci/block_compressor.h"
#include "oci/block_pipeline.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/layer_reader.h"
#include "oci/layer_toc.h"
#include "oci/spool.h"
#include "oci/tar_copy.h"

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

/// Fills blocks with what is written, and sends them on their way.
class BlockSink final : public Sink {
 public:
  BlockSink(BlockPipeline& pipeline, ContentPlaces* places)
      : pipeline_(pipeline), places_(places), block_(pipeline.take()) {}

  void write(Bytes bytes) override {
    while (!bytes.empty()) {
      const std::size_t size = std::min(bytes.size(), room());
      std::memcpy(block_->at(block_->used, size).data(), bytes.data(), size);
      bytes = bytes.subspan(size);
      grow(size);
    }
  }
  /// All that a source has, read into the blocks themselves.
  void fill(Source& plain) {
    std::size_t wanted = 0;
    std::size_t got = 0;
    do {
      wanted = room();
      got = read_full(plain, block_->at(block_->used, wanted));
      grow(got);
    } while (got == wanted);
  }
  /// Even of nothing there is one block, and no other one is empty: as LayerWriter cuts.
  void finish() {
    if (block_->used > 0 || !has_put_) put();
  }

 private:
  std::size_t room() const { return block_->capacity() - block_->used; }
  void grow(std::size_t size) {
    block_->used += size;
    if (room() > 0) return;
    put();
    block_ = pipeline_.take();
  }
  void put() {
    if (places_ != nullptr) places_->lay_out(*block_);
    pipeline_.put(std::move(block_));
    has_put_ = true;
  }

  BlockPipeline& pipeline_;
  ContentPlaces* places_;  // null: nobody asks
  std::unique_ptr<LayerBlock> block_;
  bool has_put_ = false;
};

/// A tar on its way to a blob.
class Repacking {
 public:
  /// `open` gives the plain tar, from its start, each time. With a chunked table it must be known
  /// where contents lie before they are packed: a first reading.
  Repacking(const LayerOptions& options, std::function<std::unique_ptr<Source>()> open)
      : options_(options), compressor_(make_block_compressor(options)), open_(std::move(open)) {
    if (!options.is_chunked()) return;
    const auto plain = open_();
    TarReader tar(*plain);
    places_.emplace(list_entries(tar));
    tar.drain();
    chunked_.emplace();
  }

  LayerResult run(const std::optional<DiffId>& expected, BlobStore& to, ThreadPool& pool,
                  void (*copy_plain)(Source&, BlockSink&)) {
    const auto blob = to.create_blob();
    BlockPipeline pipeline(pool, *compressor_, {nullptr, chunked_ ? &*chunked_ : nullptr}, *blob);
    BlockSink blocks(pipeline, places_ ? &*places_ : nullptr);
    copy_plain(*open_(), blocks);
    blocks.finish();
    PackedStream packed = pipeline.finish();
    DiffId diff_id(std::move(packed.plain_digest));
    if (expected) check_diff_id(diff_id, *expected);
    blob->finish(packed.packed_digest);
    to.keep_uncompressed_size(diff_id, packed.plain_size);
    return {Descriptor{oci_layer_type(options_.compression), std::move(packed.packed_digest),
                       packed.packed_size, std::move(packed.annotations)},
            std::move(diff_id), packed.plain_size};
  }

 private:
  const LayerOptions& options_;
  std::unique_ptr<BlockCompressor> compressor_;
  std::function<std::unique_ptr<Source>()> open_;
  std::optional<ContentPlaces> places_;
  std::optional<ChunkedTable> chunked_;  // with places_ only
};

}  // namespace

LayerResult recompress_layer(const BlobProvider& from, const Descriptor& layer,
                             const std::optional<DiffId>& expected, BlobStore& to, ThreadPool& pool,
                             const LayerOptions& options) {
  try {
    Repacking repacking(options, [&] { return open_layer(from, layer); });
    return repacking.run(expected, to, pool,
                         [](Source& plain, BlockSink& blocks) { blocks.fill(plain); });
  } catch (const Error& error) {
    throw error.in("compressing layer " + layer.digest.to_string() + " anew");
  }
}

LayerResult pack_tar(const std::filesystem::path& file, BlobStore& to, ThreadPool& pool,
                     const LayerOptions& options) {
  // Shared by the sources that read it.
  const auto fd = std::make_shared<const UniqueFd>(seekable(open_file(file, O_RDONLY)));
  try {
    Repacking repacking(options, [&] {
      const std::uint64_t size = file_size(*fd);
      return open_packed(std::make_unique<FileRangeSource>(fd, 0, size), size);
    });
    return repacking.run(std::nullopt, to, pool,
                         [](Source& plain, BlockSink& blocks) { copy_tar(plain, blocks); });
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kCorrupt) throw error.in("packing " + file.string());
    throw Error(error.code(), file.string() + " makes no layer: " + error.what(),
                "a layer is a whole tar, plain or packed with gzip or zstd");
  }
}

}  // namespace bale::oci
