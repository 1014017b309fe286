// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
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

/// Packs a file that holds a tar, of any packing, as a layer, and checks on the way that it is a
/// whole tar: throws kCorrupt, and there is no blob. The tar stays as it is. A pipe is read too.
/// Else as recompress_layer.
LayerResult pack_tar(const std::filesystem::path& file, BlobStore& to, ThreadPool& pool,
                     const LayerOptions& options);

}  // namespace bale::oci
