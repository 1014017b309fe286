// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <memory>
#include <vector>

#include "builder/file_origin.h"
#include "builder/file_tree.h"
#include "builder/snapshots.h"

namespace bale::builder {

/// Where the files of a bind mount are: in a folder of the host, or in layers.
struct MountOrigin {
  std::filesystem::path folder = {};  ///< "" for layers
  /// What is to be seen of the folder, as an ignore file leaves it; null for everything.
  std::shared_ptr<const FileTree> shown = nullptr;
  std::vector<StageLayer> layers = {};  ///< the lowest first
  /// Where layers come from that are not in the store; shared with the image. Null: all are.
  std::shared_ptr<const oci::BlobProvider> blobs = nullptr;
};

using MountOrigins = std::map<FileOrigin, MountOrigin>;

}  // namespace bale::builder
