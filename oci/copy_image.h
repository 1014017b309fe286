// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/blob_store.h"

namespace bale::oci {

/// Copies everything under `root` that `to` does not have, every blob verified, documents after
/// what they name, so that what `to` has of an image is whole below it. Foreign layers that `from`
/// does not have are left out. Between two layouts on a file system that can, nothing is written.
/// Nothing is tagged. Throws kNotFound, kCorrupt, and what for_each_blob throws; what was copied by
/// then stays, and is not copied again.
void copy_image(const BlobProvider& from, const Descriptor& root, BlobStore& to);

}  // namespace bale::oci
