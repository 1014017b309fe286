// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "builder/checks.h"
#include "tools/program.h"
#include "tools/store_image_resolver.h"

namespace bale::tools {

/// `build --check`: prints the warnings, the result, to standard output. The status tells whether
/// there are any. Nothing is built, and no registry is asked unless the variables of a base image
/// decide.
int run_check(Program& program, StoreImageResolver& images, const builder::BuildRequest& request);

/// Tells the warnings of a build. Throws kInvalid where the Dockerfile makes them errors.
void report_checks(Program& program, const builder::BuildRequest& request,
                   const builder::CheckReport& report);

}  // namespace bale::tools
