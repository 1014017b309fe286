// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "oci/recompress_image.h"
#include "tools/open_image.h"

namespace bale::tools {

/// The image with its layers packed anew, on its way to `destination`: what is new goes straight
/// into a store or layout; for a registry or an archive, into a temporary layout in $TMPDIR, else
/// /var/tmp, which goes with the last use of the image's blobs.
OpenedImage recompressed(Program& program, const OpenedImage& image,
                         const oci::ImageName& destination, const oci::LayerOptions& options,
                         oci::Recompress which);

}  // namespace bale::tools
