// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/dockerfile.h"
#include "builder/lint_warning.h"
#include "builder/stage_graph.h"
#include "builder/stage_list.h"

namespace bale::builder {

/// The rules about FROM and the arguments before it: StageNameCasing, FromAsCasing,
/// DuplicateStageName, ReservedStageName, UndefinedArgInFrom, InvalidDefaultArgInFrom,
/// RedundantTargetPlatform, FromPlatformFlagConstDisallowed.
std::vector<LintWarning> lint_stages(const Dockerfile& dockerfile, const StageList& stages,
                                     const GraphInputs& inputs);

}  // namespace bale::builder
