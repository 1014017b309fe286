// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"
#include "oci/manifest.h"

namespace bale::oci {

/// How deep indexes may nest.
inline constexpr std::size_t kMaxIndexDepth = 8;

/// How many different blobs there may be under one image, or in one layout, in all documents: as
/// many as the 10,000 images that one index may name have with fifty of their own each. Whoever
/// walks remembers every digest, in about 160 bytes, and so stays under 100 MB.
inline constexpr std::size_t kMaxImageBlobs = 500'000;

/// What a blob is to the image it belongs to.
enum class BlobRole { kIndex, kManifest, kConfig, kLayer, kOther };

struct WalkedBlob {
  Descriptor descriptor;
  BlobRole role;
};

/// What a walk does about a blob that is not there.
enum class Absent {
  kRefused,  ///< a document must be there; others are not looked for
  kSkipped,  ///< neither visited nor gone below: of a sparse image, what is there
};

/// Visits every blob under `root`, the root included, each digest once, parents before children.
/// Documents are read and verified, other blobs are not touched. A `subject` is not followed.
/// Throws kCorrupt past kMaxIndexDepth or kMaxImageBlobs different blobs, kNotFound where a
/// document is not there; what `visit` throws goes through.
void for_each_blob(const BlobProvider& blobs, const Descriptor& root,
                   const std::function<void(const WalkedBlob& blob)>& visit,
                   Absent absent = Absent::kRefused);

/// The same as a list.
std::vector<WalkedBlob> list_image_blobs(const BlobProvider& blobs, const Descriptor& root);

/// Whether blobs of the role name others.
constexpr bool is_document(BlobRole role) {
  return role == BlobRole::kIndex || role == BlobRole::kManifest;
}

/// Whether a layer is kept by its own server alone and may be absent everywhere else (a type of
/// the `nondistributable` or `foreign` kind with `urls`).
bool is_foreign(const Descriptor& layer);

}  // namespace bale::oci
