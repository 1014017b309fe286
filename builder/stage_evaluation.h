// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <exception>
#include <map>
#include <optional>
#include <vector>

#include "builder/stage_evaluator.h"
#include "builder/stage_graph.h"
#include "builder/step.h"
#include "oci/image_config.h"

namespace bale::builder {

/// What is known of base images; a stage on one that is not in it starts as if on scratch.
using BaseConfigs = std::map<BaseImage, oci::ImageConfig>;

/// What a stage comes to as far as its text tells: nothing is carried out.
struct StageEvaluation {
  /// After the last instruction that could be evaluated; nothing where the stage below failed.
  std::optional<StageEvaluator> evaluator;
  std::vector<Step> steps;
  bool base_is_known = true;  ///< else variables that seem undefined may be the base image's
  std::exception_ptr error;   ///< why the evaluation ended early, if it did
};

/// All stages of the graph, by their ids. `inputs` and `graph` outlive what is returned.
std::vector<StageEvaluation> evaluate_stages(const EvaluatorInputs& inputs, const BuildGraph& graph,
                                             const BaseConfigs& bases);

}  // namespace bale::builder
