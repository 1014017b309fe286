// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <stop_token>

#include "builder/run_mount.h"
#include "oci/file_lock.h"

namespace bale::builder {

/// The folder of a cache mount, for the time of one RUN. It lives on between builds; the lock keeps
/// others out of it as the mount's sharing says, and keeps it from being pruned. One thread at a
/// time.
class CacheFolder {
 public:
  /// Puts into a new folder what it starts with.
  using Fill = std::function<void(const std::filesystem::path& folder)>;

  /// Makes the folder in `parent` where it is missing, with mode and owner of the mount; nobody
  /// sees it before `fill` is done. Waits for its turn where the mount is locked. Throws
  /// kInterrupted if `stop` comes first.
  CacheFolder(const std::filesystem::path& parent, const CacheMount& mount, const Fill& fill,
              const std::stop_token& stop);

  const std::filesystem::path& path() const { return path_; }

 private:
  bool try_take(std::filesystem::path path, const CacheMount& mount, const Fill& fill);

  std::filesystem::path path_;
  oci::FileLock lock_;
};

}  // namespace bale::builder
