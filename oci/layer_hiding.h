// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>

#include "oci/layer_extractor.h"
#include "oci/root_folder.h"

namespace bale::oci {

/// Carries out a layer's whiteouts in a folder, wherever in the layer they stand: they hide what is
/// of the layers below, and never what the same layer has. One thread at a time.
class LayerHiding {
 public:
  /// Both must outlive it.
  LayerHiding(RootFolder& root, const ExtractOptions& options) : root_(root), options_(options) {}

  /// The layer itself has this path.
  void keep(const std::string& path);
  void hide(const std::string& path);
  /// Everything in the folder.
  void hide_below(const std::string& folder);
  /// A folder takes the place of a whiteout that the layer had for the same path.
  void folder_replaces_whiteout(const std::string& folder) { mark_opaque(folder); }

 private:
  bool is_kept(const std::string& path) const;
  void remove_older(const std::string& path);
  void remove_older_below(const std::string& folder);
  void make_whiteout_node(const std::string& path);
  void make_opaque(const std::string& folder);
  void mark_opaque(const std::string& folder);

  RootFolder& root_;
  const ExtractOptions& options_;
  std::set<std::string> kept_;  // kApply only: overlayfs keeps layers apart
};

}  // namespace bale::oci
