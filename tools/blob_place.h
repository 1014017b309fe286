// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <vector>

#include "oci/blob_store.h"
#include "oci/image_name.h"
#include "tools/program.h"

namespace bale::tools {

/// A layout of its own in $TMPDIR, else /var/tmp, which goes with its last use.
std::shared_ptr<oci::BlobStore> temporary_blobs();

/// Where blobs are made that belong to an image on its way to these names: straight in the store
/// where one of them is there, or in the one layout; else, for registries and archives, a temporary
/// one.
std::shared_ptr<oci::BlobStore> place_for_blobs(Program& program,
                                                const std::vector<oci::ImageName>& names);

}  // namespace bale::tools
