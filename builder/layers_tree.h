// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "builder/file_tree.h"
#include "builder/merged_layers.h"
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

/// The files of an image or stage as its layers amount to, told by their tables of contents:
/// nothing is unpacked, and no blob is opened until content is read.
class LayersTree final : public FileTree {
 public:
  /// Lowest layer first. `blobs` must outlive the tree. Throws kCorrupt for layers that contradict
  /// themselves.
  LayersTree(std::vector<TreeLayer> layers, const oci::BlobProvider& blobs);

  std::optional<TreeFile> find(const std::string& path) const override;
  std::vector<TreeFile> list(const std::string& folder) const override;
  /// One pass over each layer that has some of the files.
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;

 private:
  struct Wanted;

  TreeFile file_of(const MergedLayers::Node& node) const;
  std::vector<Wanted> locate(std::span<const std::string> paths) const;
  void read_layer(std::span<const Wanted> wanted, const Visitor& visit) const;

  std::vector<oci::Descriptor> layers_;
  MergedLayers files_;
  const oci::BlobProvider& blobs_;
};

}  // namespace bale::builder
