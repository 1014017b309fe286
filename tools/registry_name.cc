// SPDX-License-Identifier: Apache-2.0
#include "tools/registry_name.h"

#include <string_view>

#include "oci/error.h"
#include "oci/image_name.h"

namespace bale::tools {

oci::Reference registry_name(const std::string& text) {
  constexpr std::string_view kPrefix = "docker://";
  // Not as an image is named: no tag is filled in here, since a repository may be meant.
  if (text.starts_with(kPrefix)) return oci::Reference::parse(text.substr(kPrefix.size()));
  if (oci::ImageName::parse(text).transport == oci::Transport::kStore) {
    return oci::Reference::parse(text);
  }
  throw oci::Error(oci::ErrorCode::kInvalid, text + " is not in a registry",
                   "name it as docker://HOST/REPOSITORY");
}

oci::Reference repository_name(const std::string& text) {
  oci::Reference name = registry_name(text);
  if (!name.tag && !name.digest) return name;
  throw oci::Error(oci::ErrorCode::kInvalid, text + " is an image, and a repository is asked for",
                   "name it as " + name.name());
}

BlobName blob_name(const std::string& text) {
  const oci::Reference name = registry_name(text);
  if (name.digest) return {name, *name.digest};
  throw oci::Error(oci::ErrorCode::kInvalid, text + " has no digest",
                   "name it as " + name.name() + "@sha256:...");
}

}  // namespace bale::tools
