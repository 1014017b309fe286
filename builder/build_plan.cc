// SPDX-License-Identifier: Apache-2.0
#include "builder/build_plan.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <variant>

#include "builder/solver.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

bool has_run(const StageInstance& stage) {
  return std::any_of(stage.instructions.begin(), stage.instructions.end(), [](const auto& each) {
    return std::holds_alternative<RunInstruction>(each.body);
  });
}

/// Whether each image that the target needs can be had without a network: only then may its RUN
/// steps turn out to be cached.
bool all_images_local(const BuildGraph& graph, const std::set<StageId>& stages,
                      ImageResolver& images) {
  return std::all_of(stages.begin(), stages.end(), [&](StageId id) {
    const auto* image = std::get_if<BaseImage>(&graph.stage(id).base);
    return image == nullptr || images.is_local(*image);
  });
}

std::set<BaseImage> images_of_attempted_targets(const BuildGraph& graph,
                                                const BuildServices& services) {
  std::set<BaseImage> images;
  for (const StageId target : graph.targets()) {
    if (refuse_target(graph, target, services)) continue;
    for (const StageId id : needed_stages(graph, target)) {
      if (const auto* image = std::get_if<BaseImage>(&graph.stage(id).base)) images.insert(*image);
    }
  }
  return images;
}

OnbuildTriggers triggers_of(const BaseConfigs& bases) {
  OnbuildTriggers triggers;
  for (const auto& [image, config] : bases) triggers.emplace(image, config.config.on_build);
  return triggers;
}

/// Makes the graph with the ONBUILD triggers of its base images, which may bring in further images.
class GraphMaker {
 public:
  GraphMaker(const BuildRequest& request, const StageList& list, const BuildServices& services,
             const std::stop_token& stop)
      : request_(request), list_(list), services_(services), stop_(stop) {}

  BuildGraph make() {
    const GraphInputs inputs = graph_inputs(request_);
    while (true) {
      BuildGraph graph = make_build_graph(request_.dockerfile, list_, inputs, triggers_of(bases_));
      bool changed = false;
      for (const auto& image : images_of_attempted_targets(graph, services_)) {
        changed = has_triggers(image) || changed;
      }
      if (!changed) return graph;
    }
  }

  const BaseConfigs& bases() const { return bases_; }

 private:
  /// Whether an image that was not asked for before has any. One that cannot be resolved has none
  /// here: the stage that stands on it fails with the reason, and its platform alone.
  bool has_triggers(const BaseImage& image) {
    if (!asked_.insert(image).second) return false;
    try {
      const auto config = services_.images.resolve(image, stop_).config.value;
      return !bases_.emplace(image, config).first->second.config.on_build.empty();
    } catch (const oci::Error&) {
      return false;
    }
  }

  const BuildRequest& request_;
  const StageList& list_;
  const BuildServices& services_;
  const std::stop_token& stop_;
  BaseConfigs bases_;
  std::set<BaseImage> asked_;
};

}  // namespace

std::exception_ptr refuse_target(const BuildGraph& graph, StageId target,
                                 const BuildServices& services) {
  const auto stages = needed_stages(graph, target);
  if (all_images_local(graph, stages, services.images)) return nullptr;
  for (const StageId id : stages) {
    if (!has_run(graph.stage(id))) continue;
    try {
      services.executor.check(graph.stage(id).platform);
    } catch (...) {
      return std::current_exception();
    }
  }
  return nullptr;
}

BuildPlan plan_build(const BuildRequest& request, const BuildServices& services,
                     const std::stop_token& stop) {
  const StageList list = parse_stages(request.dockerfile);
  GraphMaker maker(request, list, services, stop);
  BuildPlan plan;
  plan.graph = maker.make();
  plan.ignore = load_ignore_file({request.context, request.dockerfile_path, request.ignore_file});
  plan.stages =
      evaluate_stages({request.dockerfile.source, request.build_args}, plan.graph, maker.bases());
  plan.checks = check_stages(request, list, plan.stages, plan.ignore);
  return plan;
}

}  // namespace bale::builder
