// SPDX-License-Identifier: Apache-2.0
#include "builder/run_folder.h"

#include <cstdlib>
#include <optional>
#include <system_error>
#include <utility>

#include "builder/mount_point.h"
#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

/// Removes a run's folder with all its mounts. Gives up without a word: the next run tries again.
void discard(const fs::path& folder) noexcept {
  unmount_below(folder);
  std::error_code ignored;
  fs::remove_all(folder, ignored);
}

}  // namespace

RunFolder::RunFolder(const fs::path& parent) {
  fs::create_directories(parent);
  // Held until the new folder is locked, so that nobody takes it for abandoned.
  const auto gate = oci::FileLock::exclusive(parent);
  std::string name = (parent / "bale-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw oci::errno_error("creating " + name);
  path_ = name;
  lock_ = oci::FileLock::exclusive(path_);
  for (const auto& folder :
       {upper(), work(), merged(), base(), empty(), stub(), links(), mounts(), scratch()}) {
    fs::create_directory(folder);
  }
}

RunFolder::~RunFolder() { discard(path_); }

void remove_abandoned_runs(const fs::path& parent,
                           const std::function<void(const fs::path&)>& clean_up) {
  if (!fs::is_directory(parent)) return;
  const auto gate = oci::FileLock::exclusive(parent);
  for (const auto& entry : fs::directory_iterator(parent)) {
    const auto lock = oci::FileLock::try_exclusive(entry.path());
    if (!lock) continue;
    clean_up(entry.path() / "scratch");
    discard(entry.path());
  }
}

}  // namespace bale::builder
