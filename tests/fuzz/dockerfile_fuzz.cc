// SPDX-License-Identifier: Apache-2.0
// From any text to steps: nothing but oci::Error comes out, every step has its place and its line
// in the history.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <map>
#include <string_view>

#include "builder/check_directive.h"
#include "builder/dockerfile.h"
#include "builder/lint.h"
#include "builder/stage_evaluator.h"
#include "oci/error.h"

namespace bale::builder {
namespace {

void require(bool fact) {
  if (!fact) std::abort();
}

class Build {
 public:
  explicit Build(std::string_view text)
      : dockerfile_(parse_dockerfile(text, "Dockerfile")), stages_(parse_stages(dockerfile_)) {
    inputs_.platforms = oci::Platform::parse_list("linux/amd64,linux/arm64");
    inputs_.build_platform = oci::Platform::parse("linux/amd64");
    inputs_.build_args = {{"A", "1"}, {"HTTP_PROXY", "http://proxy"}};
    inputs_.named_contexts = {{"context", std::nullopt}};
  }

  void run() {
    CheckDirective::of(dockerfile_).select(lint(dockerfile_, stages_, inputs_));
    const BuildGraph graph = make_build_graph(dockerfile_, stages_, inputs_);
    for (const auto& stage : graph.stages()) evaluate(stage);
  }

 private:
  void evaluate(const StageInstance& stage) {
    for (const auto& dependency : stage.dependencies()) require(dependency < stage.id);
    StageEvaluator evaluator = evaluator_of(stage);
    const auto layers_before = layers_of(evaluator);
    std::ptrdiff_t steps = 0;
    for (const auto& instruction : stage.instructions) {
      const auto step = evaluator.apply(instruction);
      if (!step) continue;
      ++steps;
      require(step->range.first_line >= 1);
      require(step->range.last_line <= dockerfile_.source.line_count());
      require(step->created_by == evaluator.config().history.back().created_by);
    }
    require(layers_of(evaluator) == layers_before + steps);
    evaluators_.emplace(stage.id, evaluator);
  }

  StageEvaluator evaluator_of(const StageInstance& stage) const {
    const EvaluatorInputs inputs{dockerfile_.source, inputs_.build_args};
    if (const auto* parent = std::get_if<StageId>(&stage.base)) {
      return StageEvaluator(inputs, stage, evaluators_.at(*parent));
    }
    return StageEvaluator(inputs, stage, scratch_config(stage.platform));
  }

  static std::ptrdiff_t layers_of(const StageEvaluator& evaluator) {
    const auto& history = evaluator.config().history;
    return std::count_if(history.begin(), history.end(),
                         [](const oci::History& line) { return !line.empty_layer; });
  }

  Dockerfile dockerfile_;
  StageList stages_;
  GraphInputs inputs_;
  std::map<StageId, StageEvaluator> evaluators_;
};

}  // namespace
}  // namespace bale::builder

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    bale::builder::Build({reinterpret_cast<const char*>(data), size}).run();
  } catch (const bale::oci::Error&) {
  }
  return 0;
}
