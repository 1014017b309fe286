// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <vector>

#include "oci/blob_store.h"
#include "oci/descriptor.h"

namespace bale::test {

/// Stores a layer of random bytes without having it in memory; `size` is a multiple of a MiB.
oci::Descriptor add_large_blob(oci::BlobStore& store, std::uint64_t size, std::uint64_t seed = 42);

/// An image of linux/amd64 with these layers.
oci::Descriptor add_image_of(oci::BlobStore& store, const std::vector<oci::Descriptor>& layers);

}  // namespace bale::test
