// SPDX-License-Identifier: Apache-2.0
#include "tools/registry_name.h"

#include "oci/error.h"
#include "oci/image_name.h"

namespace bale::tools {

oci::Reference registry_name(const std::string& text) {
  const auto name = oci::ImageName::parse(text);
  const bool plain =
      name.transport == oci::Transport::kStore || name.transport == oci::Transport::kRegistry;
  if (plain && name.reference) return *name.reference;
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
