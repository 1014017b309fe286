// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <functional>
#include <memory>
#include <set>
#include <stop_token>
#include <vector>

#include "builder/stage_graph.h"
#include "builder/stage_result.h"

namespace bale::builder {

/// How a stage is built when all that it depends on has been. Called from several threads at once.
class StageBuilder {
 public:
  virtual ~StageBuilder() = default;

  /// `results` holds what the stage's dependencies became, by their place in the graph.
  virtual StageResult build(const StageInstance& stage,
                            const std::vector<std::shared_ptr<const StageResult>>& results,
                            std::stop_token stop) = 0;
};

/// What became of one target.
struct TargetOutcome {
  StageId target;
  std::shared_ptr<const StageResult> result;  ///< null where `error` is set
  std::exception_ptr error;                   ///< the first failure among what the target needs
};

/// Builds every stage of the graph, each as soon as its dependencies are there, and each once
/// however many targets need it. A stage that fails takes down the targets that need it and no
/// others. Returns the outcomes in the order of the targets, when all threads have ended.
///
/// `refuse` is asked first, for every target: a target that it returns an error for is not
/// attempted, and stages that only such targets need are not either.
std::vector<TargetOutcome> solve(
    const BuildGraph& graph, StageBuilder& builder,
    const std::function<std::exception_ptr(const BuildGraph&, StageId target)>& refuse,
    std::stop_token stop);

/// A target and all that it depends on, directly or not.
std::set<StageId> needed_stages(const BuildGraph& graph, StageId target);

}  // namespace bale::builder
