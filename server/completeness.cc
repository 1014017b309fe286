// SPDX-License-Identifier: Apache-2.0
#include "server/completeness.h"

#include "oci/error.h"
#include "oci/image_walk.h"

namespace bale::server {

namespace {

bool lacks(const oci::BlobProvider& blobs, const oci::Descriptor& wanted) {
  return !oci::is_foreign(wanted) && blobs.size(wanted.digest) != wanted.size;
}

}  // namespace

std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs,
                                       const oci::Manifest& manifest) {
  std::vector<oci::Digest> missing;
  if (lacks(blobs, manifest.config)) missing.push_back(manifest.config.digest);
  for (const auto& layer : manifest.layers) {
    if (lacks(blobs, layer)) missing.push_back(layer.digest);
  }
  return missing;
}

std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs, const oci::Index& index) {
  std::vector<oci::Digest> missing;
  for (const auto& entry : index.manifests) {
    if (lacks(blobs, entry)) {
      missing.push_back(entry.digest);
      continue;
    }
    const auto below = missing_blobs(blobs, entry);
    missing.insert(missing.end(), below.begin(), below.end());
  }
  return missing;
}

std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs,
                                       const oci::Descriptor& root) {
  std::vector<oci::Digest> missing;
  try {
    oci::for_each_blob(blobs, root, [&](const oci::WalkedBlob& blob) {
      if (lacks(blobs, blob.descriptor)) missing.push_back(blob.descriptor.digest);
    });
  } catch (const oci::Error& error) {
    // A document that is missing ends the walk: what is below it cannot be known.
    if (error.code() != oci::ErrorCode::kNotFound || missing.empty()) throw;
  }
  return missing;
}

}  // namespace bale::server
