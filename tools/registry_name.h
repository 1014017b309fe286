// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "oci/digest.h"
#include "oci/reference.h"

namespace bale::tools {

/// A name of a command that works on registries alone: `docker://` may be left out. Throws kInvalid
/// for the other transports.
oci::Reference registry_name(const std::string& text);

/// The same for a whole repository. Throws kInvalid where the name has a tag or digest.
oci::Reference repository_name(const std::string& text);

/// The same with a digest, which it must have.
struct BlobName {
  oci::Reference repository;
  oci::Digest digest;
};
BlobName blob_name(const std::string& text);

}  // namespace bale::tools
