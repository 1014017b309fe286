// SPDX-License-Identifier: Apache-2.0
#include "registry/sync.h"

#include <algorithm>
#include <memory>
#include <set>
#include <utility>
#include <vector>

#include "registry/delete_tag.h"

namespace bale::registry {

namespace {

using Outcome = SyncedTag::Outcome;

/// `sha256-…`: belongs to a manifest, whatever other tags there are.
bool is_referrers_tag(const std::string& tag) {
  return tag.compare(0, 7, "sha256-") == 0 || tag.compare(0, 7, "sha512-") == 0;
}

std::vector<std::string> wanted_tags(const Repository& repository, const SyncOptions& options) {
  std::vector<std::string> tags = repository.tags();
  std::erase_if(
      tags, [&](const std::string& tag) { return is_referrers_tag(tag) || !options.wanted(tag); });
  std::sort(tags.begin(), tags.end());
  return tags;
}

/// Nothing where the repository is yet to be made.
std::vector<std::string> tags_if_there(const Repository& repository, const SyncOptions& options) {
  try {
    return wanted_tags(repository, options);
  } catch (const oci::Error& error) {
    if (error.code() != oci::ErrorCode::kNotFound) throw;
    return {};
  }
}

class Sync {
 public:
  Sync(const Repository& from, const Repository& to, const SyncOptions& options,
       const std::function<void(const SyncedTag&)>& tell)
      : from_(from), to_(to), options_(options), tell_(tell) {}

  /// Carries out what concerns one tag, and tells of it.
  template <typename Work>
  void attempt(const std::string& tag, Work work) {
    try {
      tell_(work());
    } catch (const oci::Error& error) {
      const bool go_on = options_.on_error == SyncOptions::OnError::kGoOn &&
                         error.code() != oci::ErrorCode::kInterrupted;
      if (!go_on) throw error.in("syncing " + to_.name() + ":" + tag);
      pusher_.reset();  // one failure ends everything that was started in it
      tell_({Outcome::kFailed, tag, std::nullopt, error});
    }
  }

  SyncedTag copy(const std::string& tag, oci::Progress& progress, const std::stop_token& stop) {
    const auto root = from_.head_manifest(tag);
    if (!root) throw oci::Error(oci::ErrorCode::kNotFound, from_.name() + ":" + tag + " is gone");
    if (!pusher_) {
      pusher_ = std::make_unique<BlobPusher>(to_, options_.push.blobs, progress, stop);
    }
    PushOptions push = options_.push;
    push.tags = {tag};
    const PushResult result = push_image(from_, *root, *pusher_, push);
    return {result.changed_tags.empty() ? Outcome::kUnchanged : Outcome::kCopied, tag,
            root->digest};
  }

 private:
  const Repository& from_;
  const Repository& to_;
  const SyncOptions& options_;
  const std::function<void(const SyncedTag&)>& tell_;
  std::unique_ptr<BlobPusher> pusher_;  // shared by tags, which share layers
};

}  // namespace

void sync_tags(const Repository& from, const Repository& to, const Repository& pruning,
               const SyncOptions& options, const std::function<void(const SyncedTag&)>& tell,
               oci::Progress& progress, const std::stop_token& stop) {
  const std::vector<std::string> tags = wanted_tags(from, options);
  Sync sync(from, to, options, tell);
  for (const std::string& tag : tags) {
    sync.attempt(tag, [&] { return sync.copy(tag, progress, stop); });
  }
  if (options.extra == SyncOptions::Extra::kKeep) return;
  const std::set<std::string> keep(tags.begin(), tags.end());
  for (const std::string& tag : tags_if_there(to, options)) {
    if (keep.count(tag) > 0) continue;
    sync.attempt(tag, [&] {
      delete_tag(pruning, tag);
      return SyncedTag{Outcome::kDeleted, tag};
    });
  }
}

}  // namespace bale::registry
