// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "oci/digest.h"
#include "oci/reference.h"

namespace bale::oci {

/// What a build says that it made.
struct BuiltImage {
  Digest digest;
  std::vector<Reference> names = {};  ///< none where it got none
};

/// Reads a metadata file (`--metadata-file` of `bale build` and `docker buildx build`): the keys
/// `containerimage.digest` and `image.name`, of one build, or of several under their names as
/// `docker buildx bake` writes them. Throws kCorrupt with the JSON path, kNotFound where it tells
/// of no image.
std::vector<BuiltImage> parse_build_metadata(std::string_view json);

}  // namespace bale::oci
