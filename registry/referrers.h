// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string_view>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "registry/blob_pusher.h"
#include "registry/repository.h"

namespace bale::registry {

/// Puts a manifest, and if it has a subject makes sure that it is found from there: in a registry
/// without the referrers API by an entry in the index under the fallback tag, which others may be
/// changing at the same time. Throws as put_manifest, and kFailed where that race is lost for good.
void put_manifest_with_subject(const Repository& to, std::string_view reference,
                               const oci::Descriptor& descriptor, std::string_view bytes);

/// The second half of it, for a manifest that has been put.
void list_under_subject(const Repository& in, const PutAnswer& answer,
                        const oci::Descriptor& descriptor, std::string_view bytes);

/// Deletes a manifest by digest, and its entry in the fallback index where there is one.
void delete_manifest_with_subject(const Repository& from, const oci::Digest& digest);

/// Copies what refers to an image and to the images inside an index, and what refers to that in
/// turn: referrers, and the tags that cosign uses (`sha256-HEX.sig`, `.att`, `.sbom`). `image` has
/// the documents under `root`. Returns how many manifests were copied.
std::size_t copy_referrers(const Repository& from, const oci::BlobProvider& image,
                           const oci::Descriptor& root, BlobPusher& blobs);

}  // namespace bale::registry
