// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_writer.h"

#include <algorithm>
#include <cstring>
#include <utility>

#include "oci/block_compressor.h"
#include "oci/block_pipeline.h"
#include "oci/error.h"
#include "oci/printable.h"
#include "oci/tar_header.h"
#include "oci/toc_writer.h"

namespace bale::oci {

namespace {

TarEntry adjusted(TarEntry entry, const LayerOptions& options) {
  if (options.mtime_precision == LayerOptions::MtimePrecision::kSeconds) {
    entry.mtime.nanoseconds = 0;
  }
  if (options.clamp_mtime) entry.mtime = std::min(entry.mtime, FileTime{*options.clamp_mtime, 0});
  if (entry.type != FileType::kRegular) entry.size = 0;
  return entry;
}

const Digest& empty_digest() {
  static const Digest digest = Digest::of({});
  return digest;
}

}  // namespace

/// Lays the tar out over blocks: headers and bytes at hand are written at once, files get their
/// place and are read by the pipeline.
struct LayerWriter::State {
  State(BlobStore& blobs, ThreadPool& pool, const LayerOptions& layer_options, Sink& toc_sink,
        std::stop_token stop_token)
      : store(blobs),
        stop(std::move(stop_token)),
        options(layer_options),
        compressor(make_block_compressor(options)),
        toc(toc_sink),
        chunked(options.is_chunked() ? std::make_unique<ChunkedTable>() : nullptr),
        blob(store.create_blob()),
        pipeline(pool, *compressor, {&toc, chunked.get()}, *blob) {}

  LayerBlock& open_block();
  void close_full_block();
  void append(Bytes bytes);
  void begin(TarEntry entry);
  template <typename Bind>
  void lay_out(std::uint64_t size, Bind bind);
  void end();
  void complete();

  BlobStore& store;
  const std::stop_token stop;
  const LayerOptions options;
  std::unique_ptr<BlockCompressor> compressor;
  TocWriter toc;
  std::unique_ptr<ChunkedTable> chunked;  // null but for zstd:chunked
  std::unique_ptr<BlobWriter> blob;
  BlockPipeline pipeline;  // behind all that its jobs use
  std::unique_ptr<LayerBlock> block;
  TocEntry current;
  std::string header;
  std::uint64_t position = 0;  // in the tar
  bool whole = true;           // no entry was left half laid out by an error
};

/// The block that takes the next byte: never a full one.
LayerBlock& LayerWriter::State::open_block() {
  throw_if_stopped(stop);
  if (!block) block = pipeline.take();
  return *block;
}

void LayerWriter::State::close_full_block() {
  if (block->used == block->capacity()) pipeline.put(std::move(block));
}

void LayerWriter::State::append(Bytes bytes) {
  position += bytes.size();
  while (!bytes.empty()) {
    LayerBlock& into = open_block();
    const std::size_t count = std::min(bytes.size(), into.capacity() - into.used);
    std::memcpy(into.at(into.used, count).data(), bytes.data(), count);
    into.used += count;
    bytes = bytes.subspan(count);
    close_full_block();
  }
}

void LayerWriter::State::begin(TarEntry entry) {
  if (!whole) {
    throw Error(ErrorCode::kFailed, "writing a layer: an entry before this one is incomplete");
  }
  whole = false;
  current = TocEntry{adjusted(std::move(entry), options), std::nullopt, 0};
  header.clear();
  append_tar_header(header, current.entry);
  append(as_bytes(header));
  current.offset = position;
}

/// Cuts a content of `size` bytes into pieces at the borders of blocks; `bind(block, piece,
/// offset)` says where a piece's bytes come from. Even an empty content has one piece: it is the
/// last.
template <typename Bind>
void LayerWriter::State::lay_out(std::uint64_t size, Bind bind) {
  std::uint64_t offset = 0;
  do {
    LayerBlock& into = open_block();
    ContentPiece piece;
    piece.at = into.used;
    piece.size = static_cast<std::size_t>(
        std::min<std::uint64_t>(size - offset, into.capacity() - into.used));
    piece.first = offset == 0;
    piece.last = offset + piece.size == size;
    piece.entry = into.entries.size();
    bind(into, piece, offset);
    offset += piece.size;
    into.used += piece.size;
    if (piece.last) into.entries.push_back(std::move(current));
    into.pieces.push_back(std::move(piece));
    close_full_block();
  } while (offset < size);
  position += size;
}

void LayerWriter::State::end() {
  static constexpr std::byte kZeros[kTarBlock] = {};
  append(Bytes(kZeros).first(tar_padding(position)));
  whole = true;
}

void LayerWriter::State::complete() {
  static constexpr std::byte kZeros[kTarEnd] = {};
  append(kZeros);
  if (block) pipeline.put(std::move(block));
}

LayerWriter::LayerWriter(BlobStore& store, ThreadPool& pool, const LayerOptions& options, Sink& toc,
                         std::stop_token stop)
    : state_(std::make_unique<State>(store, pool, options, toc, std::move(stop))) {}

LayerWriter::~LayerWriter() = default;

void LayerWriter::add(TarEntry entry) {
  const bool regular = entry.type == FileType::kRegular;
  if (regular && entry.size != 0) {
    throw Error(ErrorCode::kInvalid,
                "layer entry " + in_quotes(entry.path) + " comes without content");
  }
  state_->begin(std::move(entry));
  if (regular) state_->current.content = empty_digest();
  state_->open_block().entries.push_back(std::move(state_->current));
  state_->end();
}

void LayerWriter::add_file(TarEntry entry, std::filesystem::path host_path) {
  const std::uint64_t size = entry.size;
  state_->begin(std::move(entry));
  const LayerBlock& here = state_->open_block();
  std::shared_ptr<const HostFile> shared;  // between the blocks that it spans
  if (size > here.capacity() - here.used) shared = std::make_shared<HostFile>(host_path, size);
  state_->lay_out(size, [&](LayerBlock&, ContentPiece& piece, std::uint64_t offset) {
    piece.shared_file = shared;
    piece.file_offset = offset;
    if (!shared) piece.whole_file = std::move(host_path);
  });
  state_->end();
}

void LayerWriter::add_bytes(TarEntry entry, std::string content) {
  entry.size = content.size();
  BytesSource source(as_bytes(content));
  add_stream(std::move(entry), source);
}

void LayerWriter::add_stream(TarEntry entry, Source& content) {
  const std::uint64_t size = entry.size;
  const std::string path = entry.path;
  state_->begin(std::move(entry));
  state_->lay_out(size, [&](LayerBlock& into, const ContentPiece& piece, std::uint64_t offset) {
    const std::size_t got = read_full(content, into.at(piece.at, piece.size));
    if (got == piece.size) return;
    throw Error(ErrorCode::kCorrupt, "the content of " + in_quotes(path) + " ends after " +
                                         std::to_string(offset + got) + " of " +
                                         std::to_string(size) + " bytes");
  });
  state_->end();
}

LayerResult LayerWriter::finish() {
  if (!state_->whole) {
    throw Error(ErrorCode::kFailed, "finishing a layer: its last entry is incomplete");
  }
  state_->complete();
  PackedStream packed = state_->pipeline.finish();
  state_->toc.finish();
  state_->blob->finish(packed.packed_digest);
  DiffId diff_id(std::move(packed.plain_digest));
  state_->store.keep_uncompressed_size(diff_id, packed.plain_size);
  return {Descriptor{oci_layer_type(state_->options.compression), std::move(packed.packed_digest),
                     packed.packed_size, std::move(packed.annotations)},
          std::move(diff_id), packed.plain_size};
}

}  // namespace bale::oci
