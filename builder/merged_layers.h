// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oci/layer_toc.h"

namespace bale::builder {

/// What layers amount to when each is applied to those before it (image-spec, layer.md, "Applying
/// Changesets"): a list of the files that are left, in TreeOrder, so that lookups are binary
/// searches and a folder's content is one run. A file costs 24 bytes beside the tables of contents,
/// which are shared. Immutable; thread-safe.
class MergedLayers {
 public:
  /// The layer of folders that no layer names.
  static constexpr std::uint32_t kNoLayer = UINT32_MAX;

  struct Node {
    const oci::TocEntry* name = nullptr;  ///< where the path stands
    const oci::TocEntry* file = nullptr;  ///< the file itself: differs from `name` for hard links
    std::uint32_t layer = kNoLayer;       ///< of `file`
    bool linked = false;                  ///< the file has several names

    std::string_view path() const { return name->entry.path; }
    bool is_directory() const { return file->entry.type == oci::FileType::kDirectory; }
  };

  /// Lowest layer first. Folders that layers imply without naming them are 0755, owned by 0:0.
  /// Throws kCorrupt for a hard link to a file that is not there.
  explicit MergedLayers(std::vector<std::shared_ptr<const oci::LayerToc>> layers);
  MergedLayers(const MergedLayers&) = delete;
  MergedLayers& operator=(const MergedLayers&) = delete;

  /// All that is left, the root first, in TreeOrder.
  const std::vector<Node>& nodes() const { return nodes_; }
  /// nullptr where no such path is left. The root is always there.
  const Node* find(std::string_view path) const;
  /// What stands directly in a folder, by name.
  std::vector<const Node*> list(std::string_view folder) const;
  /// The position of the node's file in its layer's table, which is its place in the tar.
  std::size_t ordinal(const Node& node) const;

 private:
  struct Layer;

  Layer read_layer(std::uint32_t index);
  std::vector<Node> with_implied_folders(const std::vector<Node>& sorted);
  Node implied_folder(std::string_view path);
  void resolve_hard_links(std::vector<Node>& layer);
  Node& hard_link_target(std::vector<Node>& layer, const Node& link);
  void apply(const Layer& layer);

  std::vector<std::shared_ptr<const oci::LayerToc>> layers_;
  std::deque<oci::TocEntry> implied_;  ///< folders that no table has; a deque keeps addresses
  std::vector<Node> nodes_;
};

}  // namespace bale::builder
