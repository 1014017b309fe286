// SPDX-License-Identifier: Apache-2.0
#include "builder/stage_evaluation.h"

#include <variant>

namespace bale::builder {

namespace {

class GraphEvaluation {
 public:
  GraphEvaluation(const EvaluatorInputs& inputs, const BaseConfigs& bases)
      : inputs_(inputs), bases_(bases) {}

  void add(const StageInstance& stage) {
    StageEvaluation result;
    try {
      start(stage, result);
      for (const auto& instruction : stage.instructions) {
        if (auto step = result.evaluator->apply(instruction)) {
          result.steps.push_back(*std::move(step));
        }
      }
    } catch (...) {
      result.error = std::current_exception();
    }
    results_.push_back(std::move(result));
  }

  std::vector<StageEvaluation> take() { return std::move(results_); }

 private:
  void start(const StageInstance& stage, StageEvaluation& result) const {
    if (const auto* parent = std::get_if<StageId>(&stage.base)) {
      const StageEvaluation& below = results_[parent->index];
      if (below.error) std::rethrow_exception(below.error);
      result.evaluator.emplace(inputs_, stage, *below.evaluator);
      result.base_is_known = below.base_is_known;
      return;
    }
    const auto* image = std::get_if<BaseImage>(&stage.base);
    const auto known = image == nullptr ? bases_.end() : bases_.find(*image);
    result.base_is_known = image == nullptr || known != bases_.end();
    result.evaluator.emplace(
        inputs_, stage, known == bases_.end() ? scratch_config(stage.platform) : known->second);
  }

  const EvaluatorInputs& inputs_;
  const BaseConfigs& bases_;
  std::vector<StageEvaluation> results_;  // a stage stands after the one that it goes on from
};

}  // namespace

std::vector<StageEvaluation> evaluate_stages(const EvaluatorInputs& inputs, const BuildGraph& graph,
                                             const BaseConfigs& bases) {
  GraphEvaluation evaluation(inputs, bases);
  for (const auto& stage : graph.stages()) evaluation.add(stage);
  return evaluation.take();
}

}  // namespace bale::builder
