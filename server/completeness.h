// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "oci/blob_store.h"
#include "oci/manifest.h"

namespace bale::server {

/// What a document needs and `blobs` lacks, or has in another size, below manifests inside it too.
/// Layers that are kept elsewhere by intention are not needed. Throws kCorrupt where a document
/// inside it is none, or nested too deep.
std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs,
                                       const oci::Manifest& manifest);
std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs, const oci::Index& index);
/// The same of a document that is there itself.
std::vector<oci::Digest> missing_blobs(const oci::BlobProvider& blobs, const oci::Descriptor& root);

}  // namespace bale::server
