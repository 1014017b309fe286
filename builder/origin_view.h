// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/executor.h"
#include "builder/mount_origin.h"
#include "builder/overlay_mount.h"
#include "builder/snapshots.h"

namespace bale::builder {

/// The files of a bind mount as a folder of the host. What an ignore file hides is not in it, and
/// what is written to it is thrown away.
class OriginView {
 public:
  /// `folder` is an empty one for the view's own use. `snapshots` is used here only.
  OriginView(const std::filesystem::path& folder, const MountOrigin& origin, Access access,
             Snapshots& snapshots, const std::stop_token& stop);

  const std::filesystem::path& root() const { return root_; }
  /// Where a path of the origin is, its links followed inside of the view. Throws kNotFound.
  std::filesystem::path find(const std::string& path) const;

 private:
  std::vector<std::filesystem::path> layer_folders() const;
  static std::vector<std::filesystem::path> shown_folders(const MountOrigin& origin,
                                                          const std::filesystem::path& mask);

  std::vector<Snapshot> layers_;  // in use as long as they are mounted
  std::optional<OverlayMount> mount_;
  std::filesystem::path root_;
};

}  // namespace bale::builder
