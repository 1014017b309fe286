// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "tools/open_image.h"

namespace bale::tools {

/// An image on its way into an archive.
struct ArchivedName {
  const OpenedImage& image;  ///< must outlive it
  std::string name;  ///< in an oci-archive a tag, in a docker-archive `REPOSITORY:TAG`; or ""
};

bool is_archive(oci::Transport transport);

/// Writes images into one archive, which replaces what `destination` has; `-` is an oci-archive. In
/// a docker-archive an image has all of its names at once. Throws kInvalid where that is a
/// terminal.
void write_archive(Program& program, const oci::ImageName& destination,
                   const std::vector<ArchivedName>& images);

/// Whether the archive comes out of standard output.
bool is_on_standard_output(const oci::ImageName& destination);

}  // namespace bale::tools
