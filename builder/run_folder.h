// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <string>

#include "oci/file_lock.h"

namespace bale::builder {

/// The folder in which one RUN step works, with everything that it mounts and writes. Removed with
/// its owner. Locked as long as its process lives, so that what a dead one left can be told.
class RunFolder {
 public:
  /// Makes a folder in `parent`, which is made too where it is missing.
  explicit RunFolder(const std::filesystem::path& parent);
  ~RunFolder();
  RunFolder(const RunFolder&) = delete;
  RunFolder& operator=(const RunFolder&) = delete;

  /// Unique on this machine: the name of the folder.
  std::string name() const { return path_.filename().string(); }
  std::filesystem::path upper() const { return path_ / "upper"; }      ///< what the command writes
  std::filesystem::path work() const { return path_ / "work"; }        ///< overlayfs's own
  std::filesystem::path merged() const { return path_ / "merged"; }    ///< what the command sees
  std::filesystem::path base() const { return path_ / "base"; }        ///< the layers below, merged
  std::filesystem::path empty() const { return path_ / "empty"; }      ///< nothing, ever
  std::filesystem::path stub() const { return path_ / "stub"; }        ///< see stub_layer.h
  std::filesystem::path links() const { return path_ / "links"; }      ///< see OverlayMount
  std::filesystem::path mounts() const { return path_ / "mounts"; }    ///< see StepMounts
  std::filesystem::path scratch() const { return path_ / "scratch"; }  ///< see RunRequest

 private:
  std::filesystem::path path_;
  oci::FileLock lock_;
};

/// Unmounts and removes what dead processes left in `parent`; `clean_up` is first called with the
/// scratch folder of each, to end what still runs there.
void remove_abandoned_runs(const std::filesystem::path& parent,
                           const std::function<void(const std::filesystem::path&)>& clean_up);

}  // namespace bale::builder
