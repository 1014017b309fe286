// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/dockerfile.h"
#include "builder/lint_warning.h"
#include "builder/stage_list.h"

namespace bale::builder {

/// The rules about what stands in a stage: JSONArgsRecommended, MaintainerDeprecated,
/// WorkdirRelativePath, MultipleInstructionsDisallowed, SecretsUsedInArgOrEnv, ExposeProtoCasing,
/// ExposeInvalidFormat.
std::vector<LintWarning> lint_instructions(const StageList& stages);

/// The rules about how things are written: NoEmptyContinuation, ConsistentInstructionCasing,
/// LegacyKeyValueFormat.
std::vector<LintWarning> lint_spelling(const Dockerfile& dockerfile);

}  // namespace bale::builder
