// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/layer_repacker.h"

namespace bale::oci {

/// Packs the layers of an image, or of every image of an index, anew, as they stream, and checks
/// each against the DiffId that its config names (throws kCorrupt). New layers, manifests and
/// indexes go to `to`; everything that stays as it is, configs too, is left where it is. Returns
/// the new root, which is the old one where nothing had to change. Artifacts and attestations stay
/// as they are; attestations speak of the new digests. Docker manifests, which know no zstd, become
/// OCI manifests for it. Only compression, level and frames of the options
/// count. The calling thread reads, the pool compresses.
Descriptor recompress_image(const BlobProvider& from, const Descriptor& root, BlobStore& to,
                            ThreadPool& pool, const LayerOptions& options, Recompress which);

}  // namespace bale::oci
