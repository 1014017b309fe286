// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <span>
#include <stop_token>
#include <vector>

#include "builder/stage_layer.h"
#include "oci/blob_store.h"
#include "oci/digest.h"
#include "oci/file_lock.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// An unpacked layer that is in use: nobody removes it as long as this lives.
class Snapshot {
 public:
  Snapshot(std::filesystem::path tree, oci::FileLock in_use)
      : tree_(std::move(tree)), in_use_(std::move(in_use)) {}
  /// A lower folder for overlayfs: whiteouts and opaque marks as it has them. Not to be changed.
  const std::filesystem::path& tree() const { return tree_; }

 private:
  std::filesystem::path tree_;
  oci::FileLock in_use_;
};

/// Layers unpacked once each, whatever number of images, stages and builds they are part of. A
/// cache: what is missing is made again from the blobs. Nothing is synced to disk; what was made
/// before the machine was last started is not trusted. Safe for several processes; thread-safe.
/// Needs root, for owners and devices.
class Snapshots {
 public:
  /// `blobs` and `pool` must outlive it. The folder is made when something is put into it.
  Snapshots(std::filesystem::path folder, const oci::BlobProvider& blobs, oci::ThreadPool& pool);

  /// Unpacks what is not there yet, layers in parallel; in the order of `layers`. Throws what
  /// `extract_layer` throws; what was complete by then stays.
  std::vector<Snapshot> unpack(std::span<const StageLayer> layers, std::stop_token stop);

  /// Takes over a tree of the same file system that has just what the layer has; where the layer
  /// is unpacked already the tree is left where it is.
  void adopt(const oci::DiffId& diff_id, const std::filesystem::path& tree);

  /// All that are there, the longest unused first.
  struct Entry {
    oci::DiffId diff_id;
    std::filesystem::file_time_type last_used;
  };
  std::vector<Entry> list() const;
  /// False where it is in use or not there.
  bool remove(const oci::DiffId& diff_id);

  /// Where RUN steps work: on the file system of the snapshots, so that trees can be moved.
  std::filesystem::path runs_folder() const { return folder_ / "runs"; }

 private:
  Snapshot unpack_one(const StageLayer& layer) const;
  std::optional<Snapshot> find(const oci::DiffId& diff_id) const;
  std::filesystem::path path_of(const oci::DiffId& diff_id) const;
  std::filesystem::path layers_folder() const { return folder_ / "layers"; }

  std::filesystem::path folder_;
  const oci::BlobProvider& blobs_;
  oci::ThreadPool& pool_;
};

}  // namespace bale::builder
