// SPDX-License-Identifier: Apache-2.0
#include "registry/push.h"

#include <algorithm>
#include <map>
#include <mutex>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"
#include "oci/manifest.h"
#include "registry/referrers.h"
#include "registry/tag_guard.h"

namespace bale::registry {

namespace {

/// One push, from the first question to the last tag.
class Push {
 public:
  Push(const oci::BlobProvider& from, const oci::Descriptor& root, BlobPusher& blobs,
       const PushOptions& options)
      : from_(from),
        root_(root),
        blobs_(blobs),
        options_(options),
        guard_(blobs.repository().name(), root, options) {}

  PushResult run() {
    bool there = false;
    if (guard_.may_set_unseen()) {
      there = to().head_manifest(root_.digest.to_string()).has_value();
      result_.changed_tags = options_.tags;
    } else {
      look_at_tags();
      if (result_.changed_tags.empty() && !options_.tags.empty()) return finish();
      there = to().head_manifest(root_.digest.to_string()).has_value();
    }
    if (!there) send_below_root();
    send_root(there);
    return finish();
  }

 private:
  const Repository& to() const { return blobs_.repository(); }

  void look_at_tags() {
    std::map<std::string, std::optional<oci::Descriptor>> present;
    std::mutex mutex;
    for (const std::string& tag : options_.tags) {
      blobs_.run([&, tag](const Repository& repository) {
        auto found = repository.head_manifest(tag);
        const std::lock_guard lock(mutex);
        present[tag] = std::move(found);
      });
    }
    blobs_.wait();
    for (const std::string& tag : options_.tags) check_tag(tag, present[tag]);
  }

  void check_tag(const std::string& tag, const std::optional<oci::Descriptor>& present) {
    if (present) tags_were_there_ = true;
    if (present && present->digest == root_.digest) return;
    guard_.check(tag, present);
    result_.changed_tags.push_back(tag);
  }

  /// Children that are there have everything below them, so only the missing ones are opened.
  void send_below_root() {
    collect(root_, 1);
    blobs_.start_blobs(std::move(missing_blobs_), from_);
    blobs_.wait();
    for (auto level = manifests_.rbegin(); level != manifests_.rend(); ++level) {
      for (const oci::Descriptor& manifest : level->second) {
        blobs_.run([this, manifest](const Repository& repository) {
          send_manifest(repository, manifest.digest.to_string(), manifest);
        });
      }
      blobs_.wait();
    }
  }

  /// Lists every blob under a document that is not there, and the documents by depth: deeper ones
  /// are sent first.
  void collect(const oci::Descriptor& document, std::size_t depth) {
    if (depth > oci::kMaxIndexDepth) {
      throw oci::Error(oci::ErrorCode::kCorrupt,
                       "indexes nest deeper than " + std::to_string(oci::kMaxIndexDepth));
    }
    if (!document.media_type.is_index()) return collect_blobs_of(document);
    for (const oci::Descriptor& child : missing_children(document)) {
      manifests_[depth].push_back(child);
      collect(child, depth + 1);
    }
  }

  void collect_blobs_of(const oci::Descriptor& document) {
    const auto manifest = oci::read_manifest(from_, document);
    missing_blobs_.push_back(manifest.value.config);
    for (const oci::Descriptor& layer : manifest.value.layers) {
      if (oci::is_foreign(layer) && !from_.size(layer.digest)) continue;
      missing_blobs_.push_back(layer);
    }
  }

  std::vector<oci::Descriptor> missing_children(const oci::Descriptor& document) {
    std::vector<oci::Descriptor> entries;
    for (oci::Descriptor& entry : oci::read_index(from_, document).value.manifests) {
      if (seen_.insert(entry.digest).second) entries.push_back(std::move(entry));
    }
    const std::set<oci::Digest> absent = children_without_config(entries);
    std::vector<char> there(entries.size());  // not bool: written by several threads
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (absent.count(entries[i].digest) > 0) continue;
      blobs_.run([&there, &entries, i](const Repository& repository) {
        there[i] = has(repository, entries[i]) ? 1 : 0;
      });
    }
    blobs_.wait();
    std::vector<oci::Descriptor> missing;
    for (std::size_t i = 0; i < entries.size(); ++i) {
      if (there[i] == 0) missing.push_back(std::move(entries[i]));
    }
    return missing;
  }

  /// Where none of the tags was there, the images most likely are not either. Then their configs
  /// are sent at once: an image whose config was not there is not there, and need not be asked for.
  std::set<oci::Digest> children_without_config(const std::vector<oci::Descriptor>& entries) {
    if (tags_were_there_ || dynamic_cast<const Repository*>(&from_) != nullptr) return {};
    std::map<oci::Digest, oci::Descriptor> configs;
    for (const oci::Descriptor& entry : entries) {
      if (!entry.media_type.is_manifest() || !from_.size(entry.digest)) continue;
      configs.emplace(entry.digest, oci::read_manifest(from_, entry).value.config);
    }
    for (const auto& [image, config] : configs) blobs_.start_blob(config, from_);
    blobs_.wait();
    std::set<oci::Digest> absent;
    for (const auto& [image, config] : configs) {
      if (blobs_.uploaded(config.digest)) absent.insert(image);
    }
    return absent;
  }

  static bool has(const Repository& repository, const oci::Descriptor& entry) {
    return repository.head_manifest(entry.digest.to_string()).has_value();
  }

  void send_root(bool there) {
    std::vector<std::string> references = result_.changed_tags;
    if (references.empty() && !there) references = {root_.digest.to_string()};
    for (const std::string& reference : references) {
      blobs_.run([this, reference](const Repository& repository) {
        const bool conditional = guard_.is_conditional() && !oci::Digest::try_parse(reference);
        if (conditional) return send_conditionally(repository, reference);
        send_manifest(repository, reference, root_);
      });
    }
    blobs_.wait();
  }

  void send_manifest(const Repository& repository, const std::string& reference,
                     const oci::Descriptor& manifest) {
    const std::string bytes = oci::read_blob(from_, manifest, oci::kMaxManifestSize);
    try {
      put_manifest_with_subject(repository, reference, manifest, bytes);
    } catch (const oci::Error& error) {
      throw error.in("pushing " + repository.name_of(reference));
    }
    const std::lock_guard lock(mutex_);
    ++result_.manifests;
  }

  /// Sets a tag if it is still as it has to be.
  void send_conditionally(const Repository& repository, const std::string& tag) {
    const auto seen = repository.find_manifest(tag);
    guard_.check(tag, seen ? std::optional(seen->descriptor) : std::nullopt);
    const std::string bytes = oci::read_blob(from_, root_, oci::kMaxManifestSize);
    const auto answer = repository.put_manifest_unless_changed(tag, seen, root_, bytes);
    if (!answer) {
      throw oci::Error(options_.expected ? oci::ErrorCode::kCorrupt : oci::ErrorCode::kFailed,
                       to().name() + ":" + tag + " was set by somebody else this moment",
                       "look at what is there now");
    }
    list_under_subject(repository, *answer, root_, bytes);
    const std::lock_guard lock(mutex_);
    ++result_.manifests;
  }

  PushResult finish() {
    result_.blobs = blobs_.counts();
    return std::move(result_);
  }

  const oci::BlobProvider& from_;
  const oci::Descriptor& root_;
  BlobPusher& blobs_;
  const PushOptions& options_;
  const TagGuard guard_;
  bool tags_were_there_ = false;
  std::set<oci::Digest> seen_;
  std::vector<oci::Descriptor> missing_blobs_;
  std::map<std::size_t, std::vector<oci::Descriptor>> manifests_;  // by depth
  std::mutex mutex_;                                               // guards result_.manifests
  PushResult result_;
};

}  // namespace

PushResult push_image(const oci::BlobProvider& from, const oci::Descriptor& root,
                      const Repository& to, const PushOptions& options, oci::Progress& progress,
                      const std::stop_token& stop) {
  BlobPusher blobs(to, options.blobs, progress, stop);
  return push_image(from, root, blobs, options);
}

PushResult push_image(const oci::BlobProvider& from, const oci::Descriptor& root, BlobPusher& blobs,
                      const PushOptions& options) {
  return Push(from, root, blobs, options).run();
}

}  // namespace bale::registry
