// SPDX-License-Identifier: Apache-2.0
#include "builder/checks.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include <fmt/format.h>

#include "builder/global_args.h"
#include "builder/lint.h"
#include "builder/tree_path.h"

namespace bale::builder {

namespace {

using Warnings = std::vector<LintWarning>;

void append(Warnings& into, const Warnings& more) {
  for (const auto& warning : more) {
    if (std::find(into.begin(), into.end(), warning) == into.end()) into.push_back(warning);
  }
}

Warnings ignored_files(const Step& step, const IgnoreMatcher& ignore) {
  const auto* add = std::get_if<AddStep>(&step.action);
  const auto* copy = add != nullptr ? &add->copy : std::get_if<CopyStep>(&step.action);
  if (copy == nullptr || !std::holds_alternative<BuildContext>(copy->origin)) return {};
  Warnings warnings;
  for (const auto& source : copy->sources) {
    if (!ignore.excluded(clean_path(source))) continue;
    warnings.push_back(copy_ignored_file(add != nullptr ? "ADD" : "COPY", source, step.range));
  }
  return warnings;
}

Warnings warnings_of(const StageEvaluation& stage, const IgnoreMatcher& ignore) {
  Warnings warnings;
  if (stage.evaluator && stage.base_is_known) warnings = stage.evaluator->warnings();
  for (const auto& step : stage.steps) append(warnings, ignored_files(step, ignore));
  return warnings;
}

void sort_by_line(Warnings& warnings) {
  std::stable_sort(warnings.begin(), warnings.end(), [](const auto& a, const auto& b) {
    return a.range.first_line < b.range.first_line;
  });
}

/// The build argument takes the place of what the file says.
CheckDirective directive_of(const BuildRequest& request) {
  const auto given = request.build_args.find("BUILDKIT_DOCKERFILE_CHECK");
  return given == request.build_args.end() ? CheckDirective::of(request.dockerfile)
                                           : CheckDirective::parse(given->second);
}

CheckReport report_of(const BuildRequest& request, const StageList& list, Warnings found) {
  const auto directive = directive_of(request);
  Warnings warnings = lint(request.dockerfile, list, graph_inputs(request));
  append(warnings, found);
  sort_by_line(warnings);
  return {directive.select(std::move(warnings)), directive.severity,
          unused_build_args(list, request.build_args)};
}

/// The image that a stage stands on in the end.
const BaseImage* image_below(const BuildGraph& graph, const StageInstance& stage) {
  const auto* parent = std::get_if<StageId>(&stage.base);
  return parent != nullptr ? image_below(graph, graph.stage(*parent))
                           : std::get_if<BaseImage>(&stage.base);
}

/// Checks what one target needs, for all platforms.
class TargetCheck {
 public:
  TargetCheck(const BuildRequest& request, BuildGraph graph)
      : inputs_{request.dockerfile.source, request.build_args}, graph_(std::move(graph)) {}

  Warnings run(const IgnoreMatcher& ignore, const FindConfig& find_config, BaseConfigs& bases) {
    evaluate(bases);
    if (find_bases(find_config, bases)) evaluate(bases);
    Warnings warnings;
    for (const auto& stage : stages_) append(warnings, warnings_of(stage, ignore));
    return warnings;
  }

 private:
  void evaluate(const BaseConfigs& bases) {
    stages_ = evaluate_stages(inputs_, graph_, bases);
    for (const auto& stage : stages_) {
      if (stage.error) std::rethrow_exception(stage.error);
    }
  }

  /// A variable that seems to be undefined may be the base image's. Whether one was looked for.
  bool find_bases(const FindConfig& find_config, BaseConfigs& bases) const {
    bool asked = false;
    for (const auto& stage : graph_.stages()) {
      const StageEvaluation& evaluation = stages_[stage.id.index];
      if (evaluation.base_is_known || evaluation.evaluator->warnings().empty()) continue;
      const BaseImage& image = *image_below(graph_, stage);
      if (bases.contains(image)) continue;
      auto config = find_config(image);
      bases.emplace(image, config ? *std::move(config) : scratch_config(image.platform));
      asked = true;
    }
    return asked;
  }

  const EvaluatorInputs inputs_;
  const BuildGraph graph_;
  std::vector<StageEvaluation> stages_;
};

std::vector<std::string> targets_of(const BuildRequest& request, const StageList& list) {
  if (!request.target.empty()) return {request.target};
  std::vector<std::string> numbers;
  for (std::size_t i = 0; i < list.stages.size(); ++i) numbers.push_back(std::to_string(i));
  return numbers;
}

}  // namespace

CheckReport check_stages(const BuildRequest& request, const StageList& list,
                         const std::vector<StageEvaluation>& stages, const IgnoreMatcher& ignore) {
  Warnings found;
  for (const auto& stage : stages) append(found, warnings_of(stage, ignore));
  return report_of(request, list, std::move(found));
}

CheckReport check_request(const BuildRequest& request, const FindConfig& find_config) {
  const StageList list = parse_stages(request.dockerfile);
  const IgnoreMatcher ignore =
      load_ignore_file({request.context, request.dockerfile_path, request.ignore_file});
  BaseConfigs bases;
  Warnings found;
  for (const auto& target : targets_of(request, list)) {
    GraphInputs inputs = graph_inputs(request);
    inputs.target = target;
    TargetCheck check(request, make_build_graph(request.dockerfile, list, inputs));
    append(found, check.run(ignore, find_config, bases));
  }
  return report_of(request, list, std::move(found));
}

void require_clean(const CheckReport& report) {
  if (report.severity != WarningsAre::kErrors || report.warnings.empty()) return;
  std::string rules;
  for (const auto& warning : report.warnings) {
    if (rules.find(warning.rule) != std::string::npos) continue;
    rules += (rules.empty() ? "" : ", ") + warning.rule;
  }
  throw oci::Error(oci::ErrorCode::kInvalid, "the Dockerfile makes warnings errors: " + rules,
                   "mend what they name, or leave rules out with # check=skip=RULE;error=true");
}

std::string describe(const LintWarning& warning, const SourceText& source) {
  return fmt::format("{}:{}: {} ({})\n{}", source.name(),
                     marked_line(source, warning.range, warning.word), warning.message,
                     warning.rule, mark_source(source, warning.range, warning.word));
}

}  // namespace bale::builder
