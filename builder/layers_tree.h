// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "builder/merged_tree.h"
#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/layer_toc.h"

namespace bale::builder {

/// One layer of a stage or image: its blob and its table of contents, which is shared with every
/// other tree that has the layer.
struct TreeLayer {
  oci::Descriptor descriptor;
  std::shared_ptr<const oci::LayerToc> toc;
};

/// The files of an image or stage as its layers amount to: nothing is unpacked, and no blob is
/// opened until content is read.
class LayersTree final : public MergedTree {
 public:
  /// Lowest layer first. `blobs` must outlive the tree. Throws kCorrupt for layers that contradict
  /// themselves.
  LayersTree(std::vector<TreeLayer> layers, const oci::BlobProvider& blobs);

 private:
  void read_layer(std::uint32_t layer, Pass& pass) const override;

  std::vector<oci::Descriptor> layers_;
  const oci::BlobProvider& blobs_;
};

}  // namespace bale::builder
