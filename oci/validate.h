// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "oci/blob_store.h"

namespace bale::oci {

/// One thing that is not as the image specification says.
struct Fault {
  /// The document and the place in it, `sha256:…: layers[2].size`, or a file of a layout.
  std::string place;
  std::string message;

  friend bool operator==(const Fault&, const Fault&) = default;
};

enum class ValidateDepth {
  kBlobs,   ///< documents, and digest and size of every blob
  kLayers,  ///< layers are read to their end too: packing, tar, DiffIDs
};

/// Everything that is wrong with an image: schema rules of image-spec 1.1 for indexes, manifests,
/// configs and descriptors, what they say of each other, and digest and size of every blob. Goes on
/// after a fault as far as it makes sense. Reads each blob once (a layer twice with kLayers);
/// memory does not grow with the size of blobs. Throws only where reading itself fails, and
/// kCorrupt past kMaxImageBlobs different blobs.
std::vector<Fault> validate_image(const BlobProvider& blobs, const Descriptor& root,
                                  ValidateDepth depth = ValidateDepth::kBlobs);

/// The same for a whole layout: its files, every image that its index names, and every other blob.
std::vector<Fault> validate_layout(const std::filesystem::path& layout,
                                   ValidateDepth depth = ValidateDepth::kBlobs);

}  // namespace bale::oci
