// SPDX-License-Identifier: Apache-2.0
#include "oci/copy_image.h"

#include "oci/image_walk.h"

namespace bale::oci {

void copy_image(const BlobProvider& from, const Descriptor& root, BlobStore& to) {
  const auto blobs = list_image_blobs(from, root);
  for (auto blob = blobs.rbegin(); blob != blobs.rend(); ++blob) {
    if (is_foreign(blob->descriptor) && !from.size(blob->descriptor.digest)) continue;
    copy_blob(from, blob->descriptor, to);
  }
}

}  // namespace bale::oci
