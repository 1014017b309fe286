// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/file_origin.h"
#include "builder/image_resolver.h"
#include "builder/stage_layer.h"

namespace bale::builder {

/// The layers of an image as those of a stage: with the types that OCI manifests give them,
/// whatever the image's manifest is. `name` stands in messages. Throws kCorrupt where manifest and
/// config do not count the same layers.
std::vector<StageLayer> layers_of(const ResolvedImage& image, const BaseImage& name);

}  // namespace bale::builder
