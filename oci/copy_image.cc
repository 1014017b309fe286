// SPDX-License-Identifier: Apache-2.0
#include "oci/copy_image.h"

#include <vector>

#include "oci/image_walk.h"

namespace bale::oci {

void copy_image(const BlobProvider& from, const Descriptor& root, BlobStore& to) {
  // Documents are kept for the end, last of all the root; the other blobs, of which there may be
  // many more, are not remembered.
  std::vector<Descriptor> documents;
  for_each_blob(from, root, [&](const WalkedBlob& blob) {
    const Descriptor& descriptor = blob.descriptor;
    if (is_document(blob.role)) return documents.push_back(descriptor);
    if (is_foreign(descriptor) && !from.size(descriptor.digest)) return;
    copy_blob(from, descriptor, to);
  });
  for (auto document = documents.rbegin(); document != documents.rend(); ++document) {
    copy_blob(from, *document, to);
  }
}

}  // namespace bale::oci
