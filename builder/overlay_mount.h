// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <vector>

namespace bale::builder {

/// What an overlay is made of. All on file systems that overlayfs takes; upper and work on one.
struct OverlayFolders {
  std::vector<std::filesystem::path> lowers;  ///< the topmost first; at least two without an upper
  std::filesystem::path upper = {};           ///< "" for a read-only view
  std::filesystem::path work = {};            ///< empty; beside an upper only
};

/// A mounted overlay; unmounted with its owner. Needs root. Whatever is written ends up whole in
/// the upper folder: no redirects, no metadata without content. Nothing is synced to disk.
class OverlayMount {
 public:
  /// Mounts on `target`. `links` is an empty folder that is used while mounting. Throws kFailed
  /// with a hint where the kernel or the file system does not take it.
  OverlayMount(std::filesystem::path target, const OverlayFolders& folders,
               const std::filesystem::path& links);
  ~OverlayMount();
  OverlayMount(const OverlayMount&) = delete;
  OverlayMount& operator=(const OverlayMount&) = delete;

  const std::filesystem::path& path() const { return target_; }

 private:
  std::filesystem::path target_;
};

}  // namespace bale::builder
