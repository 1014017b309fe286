// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>

#include "oci/blob_store.h"
#include "oci/layer_options.h"
#include "oci/layer_writer.h"
#include "oci/thread_pool.h"

namespace bale::oci {

/// Packs a layer's tar anew, as it streams: the same bytes as a LayerWriter with these options
/// makes of that tar. The tar stays as it is, and so does its DiffId, which is checked where one is
/// given (throws kCorrupt; then there is no blob). For zstd:chunked the layer is read twice, and
/// its table is kept in memory. Only compression, level and frames of the options count.
LayerResult recompress_layer(const BlobProvider& from, const Descriptor& layer,
                             const std::optional<DiffId>& expected, BlobStore& to, ThreadPool& pool,
                             const LayerOptions& options);

}  // namespace bale::oci
