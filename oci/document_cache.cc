// SPDX-License-Identifier: Apache-2.0
#include "oci/document_cache.h"

#include <utility>

#include "oci/document.h"

namespace bale::oci {

DocumentCache::DocumentCache(std::shared_ptr<const BlobProvider> source)
    : source_(std::move(source)) {}

void DocumentCache::keep(const Descriptor& descriptor, std::string_view bytes) {
  write_blob(kept_, descriptor, bytes);
}

std::optional<std::uint64_t> DocumentCache::size(const Digest& digest) const {
  if (const auto known = kept_.size(digest)) return known;
  return source_->size(digest);
}

std::unique_ptr<Source> DocumentCache::do_open(const Descriptor& descriptor) const {
  const MediaType& type = descriptor.media_type;
  const bool document = type.is_index() || type.is_manifest() || type.is_image_config();
  if (!document) return source_->open_unverified(descriptor);
  if (!kept_.size(descriptor.digest)) {
    write_blob(kept_, descriptor, read_blob(*source_, descriptor, kMaxConfigSize));
  }
  return kept_.open_unverified(descriptor);
}

}  // namespace bale::oci
