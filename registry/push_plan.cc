// SPDX-License-Identifier: Apache-2.0
#include "registry/push_plan.h"

#include <set>
#include <utility>

#include "oci/document.h"
#include "oci/image_walk.h"
#include "registry/tag_guard.h"

namespace bale::registry {

namespace {

using Step = PushPlan::Step;

/// Documents of a push that the registry lacks, and the blobs below them.
class Planner {
 public:
  Planner(const oci::BlobProvider& from, const Repository& to, const PushOptions& options)
      : from_(from), to_(to), options_(options) {}

  PushPlan plan(const oci::Descriptor& root) {
    const std::vector<std::string> tags = tags_to_change(root);
    if (tags.empty() && !options_.tags.empty()) return std::move(plan_);
    const bool there = ask(root.digest.to_string()).has_value();
    if (!there) add_below(root);
    for (const std::string& tag : tags) plan_.steps.push_back({Step::Kind::kTag, tag, root.size});
    if (tags.empty() && !there) add_manifest(root);
    return std::move(plan_);
  }

 private:
  std::vector<std::string> tags_to_change(const oci::Descriptor& root) {
    const TagGuard guard(to_.name(), root, options_);
    if (guard.may_set_unseen()) return options_.tags;
    std::vector<std::string> tags;
    for (const std::string& tag : options_.tags) {
      const auto present = ask(tag);
      if (present) tags_were_there_ = true;
      if (present && present->digest == root.digest) continue;
      guard.check(tag, present);
      tags.push_back(tag);
    }
    return tags;
  }

  std::optional<oci::Descriptor> ask(const std::string& reference) {
    plan_.steps.push_back({Step::Kind::kQuestion, reference});
    return to_.head_manifest(reference);
  }

  /// Children first, as they are sent.
  void add_below(const oci::Descriptor& document) {
    if (document.media_type.is_index()) {
      for (const oci::Descriptor& entry : oci::read_index(from_, document).value.manifests) {
        if (!seen_.insert(entry.digest).second || is_there(entry)) continue;
        add_below(entry);
        add_manifest(entry);
      }
      return;
    }
    const auto manifest = oci::read_manifest(from_, document);
    add_blob(manifest.value.config);
    for (const oci::Descriptor& layer : manifest.value.layers) {
      if (!oci::is_foreign(layer)) add_blob(layer);
    }
  }

  /// Where no tag was there a push asks only for images whose config is.
  bool is_there(const oci::Descriptor& entry) {
    if (!tags_were_there_ && entry.media_type.is_manifest() && from_.size(entry.digest)) {
      const auto manifest = oci::read_manifest(from_, entry);
      if (!to_.head_blob(manifest.value.config.digest)) return false;
    }
    return ask(entry.digest.to_string()).has_value();
  }

  void add_manifest(const oci::Descriptor& manifest) {
    plan_.steps.push_back({Step::Kind::kManifest, manifest.digest.to_string(), manifest.size});
  }

  void add_blob(const oci::Descriptor& blob) {
    if (!seen_.insert(blob.digest).second) return;
    Step step{Step::Kind::kUpload, blob.digest.to_string(), blob.size};
    const auto origin =
        options_.blobs.origin ? options_.blobs.origin(blob.digest) : std::optional<Repository>();
    if (to_.head_blob(blob.digest)) {
      step.kind = Step::Kind::kPresent;
    } else if (origin && to_.shares_registry_with(*origin)) {
      step.kind = Step::Kind::kMount;
      step.from = origin->name();
    }
    plan_.steps.push_back(std::move(step));
  }

  const oci::BlobProvider& from_;
  const Repository& to_;
  const PushOptions& options_;
  bool tags_were_there_ = false;
  std::set<oci::Digest> seen_;
  PushPlan plan_;
};

std::uint64_t sum(const std::vector<Step>& steps, const std::set<Step::Kind>& kinds) {
  std::uint64_t bytes = 0;
  for (const Step& step : steps) {
    if (kinds.count(step.kind) > 0) bytes += step.size;
  }
  return bytes;
}

}  // namespace

std::uint64_t PushPlan::bytes_sent() const {
  return sum(steps, {Step::Kind::kUpload, Step::Kind::kManifest, Step::Kind::kTag});
}

std::uint64_t PushPlan::bytes_saved() const {
  return sum(steps, {Step::Kind::kPresent, Step::Kind::kMount});
}

std::size_t PushPlan::requests() const {
  std::size_t count = 0;
  for (const Step& step : steps) count += step.kind == Step::Kind::kUpload ? 2 : 1;
  return count;
}

PushPlan plan_push(const oci::BlobProvider& from, const oci::Descriptor& root, const Repository& to,
                   const PushOptions& options) {
  return Planner(from, to, options).plan(root);
}

}  // namespace bale::registry
