// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/digest.h"
#include "oci/media_type.h"
#include "oci/platform.h"

namespace bale::oci {

using Annotations = std::map<std::string, std::string>;

/// Points at content by type, digest and size (image-spec, descriptor.md).
struct Descriptor {
  MediaType media_type;
  Digest digest;
  std::uint64_t size = 0;
  Annotations annotations = {};
  std::optional<Platform> platform = std::nullopt;
  std::vector<std::string> urls = {};
  /// The content itself, decoded from base64; to be checked against digest and size before use.
  std::optional<std::string> data = std::nullopt;
  std::string artifact_type = {};

  friend bool operator==(const Descriptor&, const Descriptor&) = default;
};

}  // namespace bale::oci
