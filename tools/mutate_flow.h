// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tools/mutate_options.h"
#include "tools/program.h"

namespace bale::tools {

/// `bale mutate`: drops layers, rebases, appends, edits configs, squashes, packs anew, and then
/// changes types and annotations, in that order whatever the order of the options; writes the
/// result under its names and prints its digest. Throws what reading and writing images throws.
int mutate(Program& program, const MutateOptions& options);

}  // namespace bale::tools
