// SPDX-License-Identifier: Apache-2.0
#include "registry/referrers.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"
#include "oci/manifest.h"
#include "registry/push.h"

namespace bale::registry {

namespace {

/// How often the index of the fallback tag is written before another writer is given way to.
constexpr int kRounds = 5;
/// Signatures of signatures: nobody means more than this.
constexpr std::size_t kMaxDepth = 8;

struct Subject {
  oci::Descriptor subject;
  oci::Descriptor entry;  ///< what the list of referrers says of the manifest
};

/// The subject of a manifest or index, or nothing.
std::optional<Subject> subject_of(const oci::Descriptor& descriptor, std::string_view bytes) {
  oci::Descriptor entry = descriptor;
  if (descriptor.media_type.is_index()) {
    const oci::Index index = oci::parse_index(bytes);
    if (!index.subject) return std::nullopt;
    entry.artifact_type = index.artifact_type;
    entry.annotations = index.annotations;
    return Subject{*index.subject, std::move(entry)};
  }
  const oci::Manifest manifest = oci::parse_manifest(bytes);
  if (!manifest.subject) return std::nullopt;
  entry.artifact_type = manifest.artifact_type.empty() ? manifest.config.media_type.to_string()
                                                       : manifest.artifact_type;
  entry.annotations = manifest.annotations;
  return Subject{*manifest.subject, std::move(entry)};
}

/// The index under the fallback tag; an empty one where there is none.
oci::Index index_of(const std::optional<FetchedManifest>& fallback) {
  return fallback ? oci::parse_index(fallback->bytes) : oci::Index{};
}

bool lists(const oci::Index& index, const oci::Digest& digest) {
  return std::any_of(index.manifests.begin(), index.manifests.end(),
                     [&](const oci::Descriptor& entry) { return entry.digest == digest; });
}

/// Changes the fallback index until it is found to be as wanted: the tag has no lock, and where the
/// registry knows no conditions the first of two writers loses its entry.
template <typename Done, typename Edit>
void edit_fallback(const Repository& repository, const std::string& tag, Done done, Edit edit) {
  for (int round = 0; round < kRounds; ++round) {
    const auto seen = repository.find_manifest(tag);
    oci::Index index = index_of(seen);
    if (done(index)) return;
    edit(index);
    const auto changed = oci::make_document(std::move(index));
    (void)repository.put_manifest_unless_changed(tag, seen, changed.descriptor, changed.bytes);
  }
  if (done(index_of(repository.find_manifest(tag)))) return;
  throw oci::Error(oci::ErrorCode::kFailed,
                   repository.name() + ":" + tag + " is being changed by others all the time");
}

/// Copies manifests below one subject after the other.
class ReferrersCopy {
 public:
  ReferrersCopy(const Repository& from, BlobPusher& blobs) : from_(from), blobs_(blobs) {}

  std::size_t run(const oci::BlobProvider& image, const oci::Descriptor& root) {
    for (const oci::WalkedBlob& blob : oci::list_image_blobs(image, root)) {
      if (blob.role != oci::BlobRole::kIndex && blob.role != oci::BlobRole::kManifest) continue;
      copy_below(blob.descriptor.digest, 1);
    }
    return copied_.size();
  }

 private:
  void copy_below(const oci::Digest& subject, std::size_t depth) {
    if (depth > kMaxDepth || !seen_.insert(subject).second) return;
    for (const oci::Descriptor& referrer : from_.referrers(subject)) {
      copy(referrer, {});
      copy_below(referrer.digest, depth + 1);
    }
    for (const char* suffix : {".sig", ".att", ".sbom"}) {
      const std::string tag = referrers_tag(subject) + suffix;
      if (const auto found = from_.head_manifest(tag)) copy(*found, {tag});
    }
  }

  void copy(const oci::Descriptor& referrer, std::vector<std::string> tags) {
    PushOptions options;
    options.tags = std::move(tags);
    push_image(from_, referrer, blobs_, options);
    copied_.insert(referrer.digest);
  }

  const Repository& from_;
  BlobPusher& blobs_;
  std::set<oci::Digest> seen_;
  std::set<oci::Digest> copied_;
};

}  // namespace

void put_manifest_with_subject(const Repository& to, std::string_view reference,
                               const oci::Descriptor& descriptor, std::string_view bytes) {
  list_under_subject(to, to.put_manifest(reference, descriptor, bytes), descriptor, bytes);
}

void list_under_subject(const Repository& in, const PutAnswer& answer,
                        const oci::Descriptor& descriptor, std::string_view bytes) {
  if (answer.lists_subject) return;
  const auto subject = subject_of(descriptor, bytes);
  if (!subject) return;
  edit_fallback(
      in, referrers_tag(subject->subject.digest),
      [&](const oci::Index& index) { return lists(index, descriptor.digest); },
      [&](oci::Index& index) { index.manifests.push_back(subject->entry); });
}

void delete_manifest_with_subject(const Repository& from, const oci::Digest& digest) {
  const FetchedManifest manifest = from.get_manifest(digest.to_string());
  from.delete_manifest(digest.to_string());
  const auto subject = subject_of(manifest.descriptor, manifest.bytes);
  if (!subject) return;
  edit_fallback(
      from, referrers_tag(subject->subject.digest),
      [&](const oci::Index& index) { return !lists(index, digest); },
      [&](oci::Index& index) {
        std::erase_if(index.manifests,
                      [&](const oci::Descriptor& entry) { return entry.digest == digest; });
      });
}

std::size_t copy_referrers(const Repository& from, const oci::BlobProvider& image,
                           const oci::Descriptor& root, BlobPusher& blobs) {
  return ReferrersCopy(from, blobs).run(image, root);
}

}  // namespace bale::registry
