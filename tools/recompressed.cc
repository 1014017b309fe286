// SPDX-License-Identifier: Apache-2.0
#include "tools/recompressed.h"

#include <memory>

#include "oci/fallback_provider.h"
#include "tools/blob_place.h"

namespace bale::tools {

OpenedImage recompressed(Program& program, const OpenedImage& image,
                         const oci::ImageName& destination, const oci::LayerOptions& options,
                         oci::Recompress which) {
  const auto place = place_for_blobs(program, {destination});
  const auto task = program.progress().start("compress", image.name.to_string());
  OpenedImage result{image.name, image.root,
                     std::make_shared<oci::FallbackProvider>(place, image.blobs)};
  result.root =
      oci::recompress_image(*image.blobs, image.root, *place, program.pool(), options, which);
  task->done();
  return result;
}

}  // namespace bale::tools
