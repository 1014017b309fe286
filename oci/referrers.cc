// SPDX-License-Identifier: Apache-2.0
#include "oci/referrers.h"

#include <set>
#include <utility>

#include "oci/image_walk.h"
#include "oci/manifest.h"

namespace bale::oci {

namespace {

/// Signatures of signatures: nobody means more than this.
constexpr std::size_t kMaxDepth = 8;

/// Copies manifests below one subject after the other.
class ReferrersCopy {
 public:
  ReferrersCopy(const ReferrersSource& from, ReferrersTarget& to) : from_(from), to_(to) {}

  std::size_t run(const BlobProvider& image, const Descriptor& root) {
    for (const WalkedBlob& blob : list_image_blobs(image, root)) {
      if (is_document(blob.role)) copy_below(blob.descriptor.digest, 1);
    }
    return copied_.size();
  }

 private:
  void copy_below(const Digest& subject, std::size_t depth) {
    if (depth > kMaxDepth || !seen_.insert(subject).second) return;
    for (const Descriptor& referrer : from_.referrers(subject)) {
      copy(referrer, "");
      copy_below(referrer.digest, depth + 1);
    }
    for (const char* suffix : {".sig", ".att", ".sbom"}) {
      const std::string tag = referrers_tag(subject) + suffix;
      if (const auto found = from_.find_tag(tag)) copy(*found, tag);
    }
  }

  void copy(const Descriptor& referrer, const std::string& tag) {
    to_.put(from_.blobs(), referrer, tag);
    copied_.insert(referrer.digest);
  }

  const ReferrersSource& from_;
  ReferrersTarget& to_;
  std::set<Digest> seen_;
  std::set<Digest> copied_;
};

}  // namespace

std::optional<Referrer> as_referrer(const Descriptor& descriptor, std::string_view bytes) {
  Descriptor entry = descriptor;
  if (descriptor.media_type.is_index()) {
    const Index index = parse_index(bytes);
    if (!index.subject) return std::nullopt;
    entry.artifact_type = index.artifact_type;
    entry.annotations = index.annotations;
    return Referrer{index.subject->digest, std::move(entry)};
  }
  const Manifest manifest = parse_manifest(bytes);
  if (!manifest.subject) return std::nullopt;
  entry.artifact_type = manifest.artifact_type.empty() ? manifest.config.media_type.to_string()
                                                       : manifest.artifact_type;
  entry.annotations = manifest.annotations;
  return Referrer{manifest.subject->digest, std::move(entry)};
}

std::string referrers_tag(const Digest& subject) {
  return std::string(subject.algorithm_name()) + "-" + std::string(subject.hex().substr(0, 64));
}

std::size_t copy_referrers(const ReferrersSource& from, const BlobProvider& image,
                           const Descriptor& root, ReferrersTarget& to) {
  return ReferrersCopy(from, to).run(image, root);
}

}  // namespace bale::oci
