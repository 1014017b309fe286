// SPDX-License-Identifier: Apache-2.0
#include "oci/recompress.h"

#include <memory>
#include <utility>

#include "oci/block_compressor.h"
#include "oci/block_pipeline.h"
#include "oci/error.h"
#include "oci/layer_reader.h"

namespace bale::oci {

namespace {

PackedStream repack(Source& plain, BlockCompressor& compressor, ThreadPool& pool, Sink& packed) {
  BlockPipeline pipeline(pool, compressor, nullptr, packed);
  auto block = pipeline.take();
  block->used = read_full(plain, block->at(0, block->capacity()));
  // Even of nothing there is one block, and no other one is empty: as LayerWriter cuts.
  do {
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
    const auto plain = open_layer(from, layer);
    const auto compressor = make_block_compressor(options);
    const auto blob = to.create_blob();
    PackedStream packed = repack(*plain, *compressor, pool, *blob);
    DiffId diff_id(std::move(packed.plain_digest));
    if (expected) check_diff_id(diff_id, *expected);
    blob->finish(packed.packed_digest);
    return {Descriptor{oci_layer_type(options.compression), std::move(packed.packed_digest),
                       packed.packed_size},
            std::move(diff_id), packed.plain_size};
  } catch (const Error& error) {
    throw error.in("compressing layer " + layer.digest.to_string() + " anew");
  }
}

}  // namespace bale::oci
