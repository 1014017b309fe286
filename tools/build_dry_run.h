// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/build_request.h"
#include "oci/reference.h"
#include "tools/build_parts.h"
#include "tools/program.h"

namespace bale::tools {

/// `build --dry-run`: prints the plan, the result, to standard output: the steps and what the cache
/// has of them, the names that the image would get, and what would be pushed. Nothing is carried
/// out, no layer is fetched, and nothing is written but what is remembered of images and files.
int run_dry(Program& program, BuildParts& parts, const builder::BuildRequest& request,
            const std::vector<oci::Reference>& names, bool push);

}  // namespace bale::tools
