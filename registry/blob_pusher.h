// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/progress.h"
#include "registry/blob_upload.h"
#include "registry/repository.h"
#include "registry/upload_journal.h"

namespace bale::registry {

struct BlobPusherOptions {
  /// Blobs on their way at once, counted in threads; bodies are limited by HostLimits besides.
  std::size_t jobs = 24;
  UploadPolicy upload = {};
  /// Remembers interrupted uploads for a later run; null: nobody does. Must outlive the pusher.
  UploadJournal* journal = nullptr;
  /// A repository that has the blob, where one is known: it is mounted from there if that is in the
  /// same registry. Called from any thread.
  std::function<std::optional<Repository>(const oci::Digest& digest)> origin = {};
  /// Blobs that a manifest of this very repository, read just now, has: nobody is asked for them.
  std::set<oci::Digest> present = {};
};

/// What became of the blobs, by number and bytes.
struct BlobCounts {
  std::size_t uploaded = 0;
  std::size_t mounted = 0;
  std::size_t present = 0;
  std::uint64_t uploaded_bytes = 0;
};

/// Brings blobs to one repository, each digest once however often it is asked for, many at a time:
/// mounted from a neighbour, else known there, else uploaded. It may start while a build still
/// makes further blobs. Never hashes: the registry does. Thread-safe.
class BlobPusher {
 public:
  BlobPusher(const Repository& to, BlobPusherOptions options,
             oci::Progress& progress = oci::no_progress(), const std::stop_token& stop = {});
  /// Gives up what is under way.
  ~BlobPusher();
  BlobPusher(const BlobPusher&) = delete;
  BlobPusher& operator=(const BlobPusher&) = delete;

  const Repository& repository() const;

  /// Begins with the blob, unless it has been begun before. `from` must outlive `wait`.
  void start_blob(const oci::Descriptor& blob, const oci::BlobProvider& from);

  /// The same for many at once. Where it pays, one that is small or there already goes ahead, to
  /// learn how the registry answers mounts: then each of the others costs a request less.
  void start_blobs(std::vector<oci::Descriptor> blobs, const oci::BlobProvider& from);

  /// Whether the blob had to be uploaded: no manifest that names it was in the repository.
  bool uploaded(const oci::Digest& digest) const;

  /// Runs any other requests among the blobs, with their failure ending all.
  void run(std::function<void(const Repository& to)> work);

  /// Waits for everything that was started, and throws the first failure; that ends the others.
  /// More may be started afterwards.
  void wait();

  BlobCounts counts() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::registry
