// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>

#include "oci/error.h"
#include "oci/progress.h"
#include "registry/push.h"
#include "registry/repository.h"

namespace bale::registry {

struct SyncOptions {
  /// Which tags are meant, on both sides.
  std::function<bool(const std::string& tag)> wanted = [](const std::string&) { return true; };
  /// Whether tags that are meant and that the source does not have are deleted; never the indexes
  /// of referrers.
  enum class Extra { kKeep, kDelete } extra = Extra::kKeep;
  enum class OnError { kStop, kGoOn } on_error = OnError::kStop;
  PushOptions push = {};
};

/// What became of one tag.
struct SyncedTag {
  enum class Outcome { kCopied, kUnchanged, kDeleted, kFailed } outcome;
  std::string tag;
  std::optional<oci::Digest> digest = std::nullopt;
  std::optional<oci::Error> error = std::nullopt;
};

/// Brings the tags of one repository to another, and tells of each as it is done. `pruning` is the
/// destination with the right to delete. With kGoOn only what concerns the whole (the lists of
/// tags, an interrupt) is thrown.
void sync_tags(const Repository& from, const Repository& to, const Repository& pruning,
               const SyncOptions& options, const std::function<void(const SyncedTag&)>& tell,
               oci::Progress& progress = oci::no_progress(), const std::stop_token& stop = {});

}  // namespace bale::registry
