// SPDX-License-Identifier: Apache-2.0
#include "builder/layers_tree.h"

namespace bale::builder {

namespace {

std::vector<std::shared_ptr<const oci::LayerToc>> tables(const std::vector<TreeLayer>& layers) {
  std::vector<std::shared_ptr<const oci::LayerToc>> all;
  for (const TreeLayer& each : layers) all.push_back(each.toc);
  return all;
}

}  // namespace

LayersTree::LayersTree(std::vector<TreeLayer> layers, const oci::BlobProvider& blobs)
    : MergedTree(tables(layers)), blobs_(blobs) {
  for (TreeLayer& each : layers) layers_.push_back(std::move(each.descriptor));
}

void LayersTree::read_layer(std::uint32_t layer, Pass& pass) const {
  oci::walk_layer(blobs_, layers_[layer],
                  [&](const oci::TarEntry&, oci::Source& content) { pass.entry(content); });
}

}  // namespace bale::builder
