// SPDX-License-Identifier: Apache-2.0
#include "builder/cache_folder.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <sys/stat.h>
#include <unistd.h>

#include "oci/bytes.h"
#include "oci/digest.h"
#include "oci/error.h"
#include "oci/temporary_folder.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

/// An id may hold anything; its hash may be the name of a folder.
std::string folder_name(const std::string& id) {
  return std::string(oci::Digest::of(oci::as_bytes(id)).hex());
}

void make_folder(const fs::path& path, const CacheMount& mount, const CacheFolder::Fill& fill) {
  if (fs::exists(path)) return;
  oci::TemporaryFolder temporary(path.parent_path() / "tmp");
  const fs::path made = temporary.unique_path();
  fs::create_directory(made);
  fill(made);
  if (::chown(made.c_str(), mount.uid, mount.gid) != 0 || ::chmod(made.c_str(), mount.mode) != 0) {
    throw oci::errno_error("changing the owner of " + made.string());
  }
  std::error_code other_was_first;
  fs::rename(made, path, other_was_first);
  if (!fs::exists(path)) throw fs::filesystem_error("making", path, other_was_first);
}

/// Sleeps, or throws as soon as it is time to stop.
void wait_a_moment(const std::stop_token& stop) {
  using namespace std::chrono_literals;
  std::mutex mutex;
  std::condition_variable_any never;
  std::unique_lock lock(mutex);
  never.wait_for(lock, stop, 50ms, [] { return false; });
  oci::throw_if_stopped(stop);
}

}  // namespace

CacheFolder::CacheFolder(const fs::path& parent, const CacheMount& mount, const Fill& fill,
                         const std::stop_token& stop) {
  fs::create_directories(parent);
  const fs::path first = parent / folder_name(mount.id);
  for (unsigned number = 1; !try_take(first, mount, fill); ++number) {
    const bool taken = mount.sharing == CacheSharing::kPrivate &&
                       try_take(first.string() + "." + std::to_string(number), mount, fill);
    if (taken) return;
    if (mount.sharing == CacheSharing::kLocked) wait_a_moment(stop);
  }
}

bool CacheFolder::try_take(fs::path path, const CacheMount& mount, const Fill& fill) {
  make_folder(path, mount, fill);
  auto lock = mount.sharing == CacheSharing::kShared ? oci::FileLock::try_shared(path)
                                                     : oci::FileLock::try_exclusive(path);
  if (!lock) return false;
  lock_ = *std::move(lock);
  path_ = std::move(path);
  return true;
}

}  // namespace bale::builder
