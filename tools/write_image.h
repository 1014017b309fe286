// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "tools/open_image.h"

namespace bale::tools {

struct WriteOptions {
  bool force = false;  ///< in a registry, a single image may replace an index
};

/// Narrows an opened image to platforms: one gives its own manifest, several a smaller index. No
/// platform leaves it as it is, but with `single` it then becomes this machine's or the only one.
/// Throws kNotFound for a platform that is not there, kInvalid for several with `single`.
void select_platforms(OpenedImage& image, const std::vector<oci::Platform>& platforms, bool single);

/// Copies an image, with everything under it, to where the name says.
void write_image(Program& program, const OpenedImage& image, const oci::ImageName& destination,
                 const WriteOptions& options);

}  // namespace bale::tools
