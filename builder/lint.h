// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/dockerfile.h"
#include "builder/lint_warning.h"
#include "builder/stage_graph.h"
#include "builder/stage_list.h"

namespace bale::builder {

/// The warnings that the text alone gives, in the order of lines. UndefinedVar comes from the
/// StageEvaluator, which alone knows what a base image sets; CopyIgnoredFile from who sees the
/// files. A base image for another platform (InvalidBaseImagePlatform) is no warning but an error.
std::vector<LintWarning> lint(const Dockerfile& dockerfile, const StageList& stages,
                              const GraphInputs& inputs);

/// CopyIgnoredFile: `keyword` is COPY or ADD.
LintWarning copy_ignored_file(const std::string& keyword, const std::string& source,
                              SourceRange range);

}  // namespace bale::builder
