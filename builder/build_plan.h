// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <stop_token>
#include <vector>

#include "builder/build_request.h"
#include "builder/build_services.h"
#include "builder/checks.h"
#include "builder/ignore_file.h"
#include "builder/stage_evaluation.h"
#include "builder/stage_graph.h"

namespace bale::builder {

/// All that is known of a build before its first step runs.
struct BuildPlan {
  BuildGraph graph;
  IgnoreMatcher ignore;                 ///< of the build context
  std::vector<StageEvaluation> stages;  ///< by their ids; a stage whose image is missing is bare
  CheckReport checks;
};

/// Resolves the base images that the targets need, but for targets that cannot be built here
/// anyway, and evaluates the stages. Carries out nothing. `request` outlives the plan. Throws
/// kInvalid for a Dockerfile that is wrong.
BuildPlan plan_build(const BuildRequest& request, const BuildServices& services,
                     const std::stop_token& stop);

/// Why a target whose RUN steps must execute here cannot be built, told before anything is pulled
/// for it; null where it can, or may turn out to be cached.
std::exception_ptr refuse_target(const BuildGraph& graph, StageId target,
                                 const BuildServices& services);

}  // namespace bale::builder
