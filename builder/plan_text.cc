// SPDX-License-Identifier: Apache-2.0
#include "builder/plan_text.h"

#include <algorithm>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "builder/stage_list.h"

namespace bale::builder {

namespace {

std::string text_of(const StageBase& base) {
  struct Visitor {
    std::string operator()(const Scratch&) const { return "scratch"; }
    std::string operator()(const StageId& id) const { return fmt::format("[{}]", id.index); }
    std::string operator()(const BaseImage& image) const { return image.reference.to_string(); }
    std::string operator()(const NamedContext& context) const {
      return "the context " + context.name;
    }
  };
  return std::visit(Visitor{}, base);
}

/// What the stage reads from beside its base: stages, images and contexts.
std::string sources_of(const StageInstance& stage) {
  std::vector<std::string> sources;
  for (const auto& [reference, origin] : stage.origins) {
    const auto* id = std::get_if<StageId>(&origin);
    std::string text = id != nullptr ? fmt::format("[{}]", id->index) : reference;
    if (std::find(sources.begin(), sources.end(), text) == sources.end()) {
      sources.push_back(std::move(text));
    }
  }
  std::sort(sources.begin(), sources.end());
  return sources.empty() ? "" : fmt::format(", reads {}", fmt::join(sources, ", "));
}

std::string text_of(const Step& step, const StepForecast* forecast) {
  if (forecast == nullptr) return fmt::format("    {}\n", step.text);
  if (forecast->cached) return fmt::format("    {}: cached\n", step.text);
  return fmt::format("    {}: to do, {}\n", step.text, forecast->reason);
}

/// Stages of the Dockerfile that are in no graph, by name or number.
std::vector<std::string> unneeded_stages(const BuildRequest& request, const BuildGraph& graph) {
  std::vector<std::string> names;
  const StageList list = parse_stages(request.dockerfile);
  for (std::size_t i = 0; i < list.stages.size(); ++i) {
    const Stage& stage = list.stages[i];
    const bool needed =
        std::any_of(graph.stages().begin(), graph.stages().end(),
                    [&](const StageInstance& each) { return each.range == stage.range; });
    if (!needed) names.push_back(stage.from.name.empty() ? std::to_string(i) : stage.from.name);
  }
  return names;
}

}  // namespace

std::string describe_plan(const BuildRequest& request, const BuildPlan& plan,
                          const std::vector<std::vector<StepForecast>>& forecasts) {
  std::string text;
  for (const auto& stage : plan.graph.stages()) {
    const std::size_t id = stage.id.index;
    text += fmt::format("[{}] {} for {} on {}{}\n", id, stage.name, stage.platform.to_string(),
                        text_of(stage.base), sources_of(stage));
    const auto& steps = plan.stages[id].steps;
    for (std::size_t i = 0; i < steps.size(); ++i) {
      text += text_of(steps[i], forecasts.empty() ? nullptr : &forecasts[id][i]);
    }
  }
  if (const auto names = unneeded_stages(request, plan.graph); !names.empty()) {
    text += fmt::format("not needed: {}\n", fmt::join(names, ", "));
  }
  for (std::size_t i = 0; i < request.platforms.size(); ++i) {
    text += fmt::format("{} is [{}]\n", request.platforms[i].to_string(),
                        plan.graph.targets()[i].index);
  }
  return text;
}

}  // namespace bale::builder
