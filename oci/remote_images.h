// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.h"

namespace bale::oci {

/// Where blobs that are not in the store can be had: blob -> `HOST/REPOSITORY`.
using BlobOrigins = std::map<Digest, std::string>;

/// An image some layers of which were left in a registry. Its documents are in the store.
struct RemoteImage {
  std::string name;  ///< full reference, or "" where only its digest names it
  Descriptor root;
  BlobOrigins origins;

  friend bool operator==(const RemoteImage&, const RemoteImage&) = default;
};

/// The table of such images (docs/formats/store.md, "remote-images.json"). Throws kCorrupt.
std::vector<RemoteImage> parse_remote_images(std::string_view json);
std::string to_json(const std::vector<RemoteImage>& images);

}  // namespace bale::oci
