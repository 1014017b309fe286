// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/copy_options.h"
#include "tools/program.h"

namespace bale::tools {

/// Copies one image to anywhere, or several into an archive or a layout, and prints their digests.
/// Gives the exit status; what cannot be is said before anything is read.
int copy_images(Program& program, const CopyOptions& options);

}  // namespace bale::tools
