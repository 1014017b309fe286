// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/document.h"

namespace bale::test {

/// A ustar archive of regular files, in the order of the map.
std::string make_tar(const std::map<std::string, std::string>& files);

/// Stores `content` and describes it.
oci::Descriptor add_blob(oci::BlobStore& store, std::string_view content,
                         const oci::MediaType& type);

/// A small valid image of uncompressed layers, one file each, that a history tells of. `salt` makes
/// images differ. The descriptor carries the platform.
oci::Descriptor add_image(oci::BlobStore& store, std::string_view platform,
                          std::string_view salt = "", std::size_t layers = 2);

/// A valid index of one image for each platform.
oci::Descriptor add_index(oci::BlobStore& store, const std::vector<std::string>& platforms,
                          std::string_view salt = "");

}  // namespace bale::test
