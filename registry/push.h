// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/progress.h"
#include "registry/blob_pusher.h"
#include "registry/repository.h"

namespace bale::registry {

/// Whether a tag that is there may be given to something else.
enum class Existing { kReplace, kKeep };

struct PushOptions {
  /// None: pushed by digest alone.
  std::vector<std::string> tags = {};
  /// Whether an index in the registry may be replaced by a single-platform image.
  enum class Replace { kSameKind, kAny } replace = Replace::kSameKind;
  /// kKeep: a tag that is there and names something else is an error.
  Existing existing = Existing::kReplace;
  /// What the tags have to name now; anything else is an error. It is asked for right before a tag
  /// is set, and again by a registry that knows conditional requests.
  std::optional<oci::Digest> expected = std::nullopt;
  /// The repository is remembered to have taken this very digest; it is asked for that first.
  bool known_there = false;
  /// Tags under which it is remembered to have taken it.
  std::set<std::string> known_tags = {};
  BlobPusherOptions blobs = {};
};

struct PushResult {
  std::vector<std::string> changed_tags;  ///< those that did not name the image before
  std::size_t manifests = 0;              ///< manifests and indexes sent
  BlobCounts blobs;
};

/// Brings an image or index with everything under it to a repository: what is there already is not
/// sent, documents follow what they name, tags come last. An unchanged image costs one request a
/// tag; a new tag of a known image two. From a repository of the same registry blobs are mounted,
/// and no byte moves. Foreign layers stay where they are. Throws kFailed where an
/// index would be replaced by an image or a tag that is to be kept, kCorrupt where a tag does not
/// name what is expected, kNotFound where `from` lacks a blob, and what Repository throws; no tag
/// is set before everything under it is there. `from` is read on several threads.
PushResult push_image(const oci::BlobProvider& from, const oci::Descriptor& root,
                      const Repository& to, const PushOptions& options,
                      oci::Progress& progress = oci::no_progress(),
                      const std::stop_token& stop = {});

/// The same with blobs that may be on their way already.
PushResult push_image(const oci::BlobProvider& from, const oci::Descriptor& root, BlobPusher& blobs,
                      const PushOptions& options);

}  // namespace bale::registry
