// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/merged_layers.h"
#include "builder/stage_layer.h"
#include "oci/blob_store.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// Writes what layers amount to as one layer: folders first, then the files of each layer in the
/// order of its tar, the further names of a file as hard links behind it. Nothing that a layer
/// hides is written, and no whiteout. `merged` are the tables of `layers`; each layer that
/// something is left of is read once. The same layers give the same entries.
void write_merged(const MergedLayers& merged, const std::vector<StageLayer>& layers,
                  const oci::BlobProvider& blobs, oci::LayerWriter& out);

}  // namespace bale::builder
