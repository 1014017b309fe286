// SPDX-License-Identifier: Apache-2.0
#include "server/document_links.h"

#include <utility>

#include "oci/document.h"
#include "oci/error.h"

namespace bale::server {

namespace {

/// When there are more, all are forgotten: the next requests read again what they need.
constexpr std::size_t kMostKnown = 10'000;

template <typename Document>
DocumentLinks links_of(Document document) {
  DocumentLinks links;
  if (document.subject) links.subject = document.subject->digest;
  links.artifact_type = std::move(document.artifact_type);
  links.annotations = std::move(document.annotations);
  return links;
}

DocumentLinks read_links(const oci::BlobProvider& blobs, const oci::Descriptor& document) {
  if (document.media_type.is_index()) {
    auto index = oci::read_index(blobs, document).value;
    auto links = links_of(index);
    links.manifests = std::move(index.manifests);
    return links;
  }
  if (!document.media_type.is_manifest()) return {};
  const auto manifest = oci::read_manifest(blobs, document).value;
  auto links = links_of(manifest);
  if (links.artifact_type.empty()) links.artifact_type = manifest.config.media_type.to_string();
  return links;
}

}  // namespace

std::shared_ptr<const DocumentLinks> DocumentLinksCache::read(const oci::BlobProvider& blobs,
                                                              const oci::Descriptor& document) {
  {
    const std::lock_guard lock(mutex_);
    const auto found = known_.find(document.digest);
    if (found != known_.end()) return found->second;
  }
  std::shared_ptr<const DocumentLinks> links;
  try {
    links = std::make_shared<const DocumentLinks>(read_links(blobs, document));
  } catch (const oci::Error&) {
    return std::make_shared<const DocumentLinks>();  // damaged: whoever asks for it is told
  }
  const std::lock_guard lock(mutex_);
  if (known_.size() >= kMostKnown) known_.clear();
  return known_.emplace(document.digest, std::move(links)).first->second;
}

}  // namespace bale::server
