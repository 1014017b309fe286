// SPDX-License-Identifier: Apache-2.0
#include "builder/snapshots.h"

#include <algorithm>
#include <functional>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>

#include <fcntl.h>

#include "builder/filesystem_error.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/layer_extractor.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

// A snapshot is a folder ALGORITHM-HEX with two things in it: `tree`, and `boot`, a file that says
// since when the machine runs. It is made under the name with ".part", complete when renamed, by
// whoever holds the lock on an empty file with ".lock", which stays.

std::string boot_id() {
  constexpr std::size_t kMaxBootId = 128;
  return oci::read_file("/proc/sys/kernel/random/boot_id", kMaxBootId);
}

// After a power cut files may be there and empty. Syncing every snapshot would cost more than
// unpacking again what is older than the last start of the machine.
bool is_trusted(const fs::path& snapshot) {
  constexpr std::size_t kMaxBootId = 128;
  std::error_code ignored;
  return fs::exists(snapshot / "boot", ignored) &&
         oci::read_file(snapshot / "boot", kMaxBootId) == boot_id();
}

void touch(const fs::path& snapshot) {
  std::error_code ignored;
  fs::last_write_time(snapshot / "boot", fs::file_time_type::clock::now(), ignored);
}

/// The right to make one snapshot. Several may ask for the same one: they wait here for each other.
class SnapshotMaker {
 public:
  explicit SnapshotMaker(fs::path snapshot)
      : snapshot_(std::move(snapshot)), part_(snapshot_.string() + ".part") {
    const fs::path lock = snapshot_.string() + ".lock";
    fs::create_directories(lock.parent_path());
    oci::open_file(lock, O_WRONLY | O_CREAT, 0644);
    lock_ = oci::FileLock::exclusive(lock);
  }

  /// Whether it was made while this waited.
  bool is_made() const { return is_trusted(snapshot_); }

  /// The empty folder to work in; what a process that died has left there is gone.
  const fs::path& begin() const {
    fs::remove_all(part_);
    fs::create_directory(part_);
    return part_;
  }

  void finish() const {
    oci::FileSink boot(oci::open_file(part_ / "boot", O_WRONLY | O_CREAT, 0644));
    boot.write(oci::as_bytes(boot_id()));
    fs::remove_all(snapshot_);  // one that is there is not trusted, hence not in use
    fs::rename(part_, snapshot_);
  }

 private:
  fs::path snapshot_;
  fs::path part_;
  oci::FileLock lock_;
};

/// Nothing for the names of what is half made or half removed.
std::optional<oci::DiffId> diff_id_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', ':');
  const auto digest = oci::Digest::try_parse(name);
  return digest ? std::optional(oci::DiffId(*digest)) : std::nullopt;
}

}  // namespace

Snapshots::Snapshots(fs::path folder, const oci::BlobProvider& blobs, oci::ThreadPool& pool)
    : folder_(std::move(folder)), blobs_(blobs), pool_(pool) {}

fs::path Snapshots::path_of(const oci::DiffId& diff_id) const {
  const auto& digest = diff_id.digest();
  return layers_folder() / (std::string(digest.algorithm_name()) + "-" + std::string(digest.hex()));
}

std::vector<Snapshot> Snapshots::unpack(std::span<const StageLayer> layers, std::stop_token stop) {
  std::vector<std::optional<Snapshot>> found(layers.size());
  oci::TaskGroup group(pool_);
  for (std::size_t i = 0; i < layers.size(); ++i) {
    group.run([&, i] {
      oci::throw_if_stopped(stop);
      if (!group.failed()) found[i] = unpack_one(layers[i]);
    });
  }
  group.wait();
  std::vector<Snapshot> result;
  for (auto& snapshot : found) result.push_back(*std::move(snapshot));
  return result;
}

std::optional<Snapshot> Snapshots::find(const oci::DiffId& diff_id) const {
  const fs::path path = path_of(diff_id);
  // Between finding a snapshot and locking it nobody may remove it.
  const auto gate = oci::FileLock::try_shared(layers_folder());
  if (!gate || !fs::exists(path) || !is_trusted(path)) return std::nullopt;
  auto lock = oci::FileLock::try_shared(path);
  if (!lock) return std::nullopt;
  touch(path);
  return Snapshot(path / "tree", *std::move(lock));
}

Snapshot Snapshots::unpack_one(const StageLayer& layer) const {
  return with_oci_errors([&] {
    while (true) {
      if (auto snapshot = find(layer.diff_id)) return *std::move(snapshot);
      SnapshotMaker maker(path_of(layer.diff_id));
      if (maker.is_made()) continue;
      const fs::path tree = maker.begin() / "tree";
      fs::create_directory(tree);
      oci::ExtractOptions options;
      options.whiteouts = oci::WhiteoutStyle::kOverlay;
      oci::extract_layer(blobs_, layer.descriptor, layer.diff_id, tree, options);
      maker.finish();
    }
  });
}

void Snapshots::adopt(const oci::DiffId& diff_id, const fs::path& tree) {
  with_oci_errors([&] {
    if (find(diff_id)) return;
    SnapshotMaker maker(path_of(diff_id));
    if (maker.is_made()) return;
    fs::rename(tree, maker.begin() / "tree");
    maker.finish();
  });
}

std::vector<Snapshots::Entry> Snapshots::list() const {
  std::vector<Entry> entries;
  std::error_code absent;
  for (const auto& folder : fs::directory_iterator(layers_folder(), absent)) {
    const auto diff_id = diff_id_of(folder.path().filename());
    std::error_code removed;
    const auto last_used = fs::last_write_time(folder.path() / "boot", removed);
    if (diff_id && !removed) entries.push_back({*diff_id, last_used});
  }
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.last_used < b.last_used; });
  return entries;
}

bool Snapshots::remove(const oci::DiffId& diff_id) {
  const fs::path path = path_of(diff_id);
  if (!fs::exists(path)) return false;
  fs::path doomed = path.string() + ".removed";
  {
    const auto gate = oci::FileLock::exclusive(layers_folder());
    const auto lock = oci::FileLock::try_exclusive(path);
    if (!lock) return false;
    fs::rename(path, doomed);
  }
  fs::remove_all(doomed);
  return true;
}

}  // namespace bale::builder
