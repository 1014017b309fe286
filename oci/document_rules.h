// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files of the validator include this header.

#include <optional>
#include <string>
#include <vector>

#include "oci/checked_json.h"
#include "oci/descriptor.h"

namespace bale::oci {

/// A descriptor that a document holds, and where.
struct Link {
  Descriptor descriptor;
  std::string place;
};

/// What a manifest refers to, as far as it could be read.
struct ManifestLinks {
  std::optional<Link> config;
  std::vector<Link> layers;
  std::size_t layer_count = 0;  ///< faulty ones included
};

/// What a config says that other documents say too.
struct ConfigFacts {
  std::optional<Platform> platform;
  std::optional<std::vector<DiffId>> diff_ids;
};

/// The schema rules of image-spec 1.1 (descriptor.md, image-index.md, manifest.md, config.md);
/// faults go where the object's faults go. `expected` is the media type that a descriptor gave the
/// document, or "".
std::optional<Link> check_descriptor(const CheckedObject& object);
std::vector<Link> check_index(const CheckedObject& index, const MediaType& expected);
ManifestLinks check_manifest(const CheckedObject& manifest, const MediaType& expected);
/// `layers` is the number of layers in the manifest.
ConfigFacts check_image_config(const CheckedObject& config, std::size_t layers);

}  // namespace bale::oci
