// SPDX-License-Identifier: Apache-2.0
#include "builder/build.h"

#include <algorithm>
#include <memory>
#include <utility>
#include <variant>

#include "builder/context_tree.h"
#include "builder/ignore_file.h"
#include "builder/instruction_stage_builder.h"
#include "builder/solver.h"
#include "builder/stage_graph.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

GraphInputs graph_inputs(const BuildRequest& request) {
  return {.platforms = request.platforms,
          .build_platform = oci::Platform::host(),
          .target = request.target,
          .build_args = request.build_args,
          .named_contexts = {}};
}

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

/// Refuses a target whose RUN steps must execute here and cannot, before anything is pulled for it.
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

/// The ONBUILD triggers of an image. One that cannot be resolved has none here: the stage that
/// stands on it fails with the reason, and its platform alone.
std::vector<std::string> triggers_of(const BaseImage& image, ImageResolver& images,
                                     const std::stop_token& stop) {
  try {
    return images.resolve(image, stop).config.value.config.on_build;
  } catch (const oci::Error&) {
    return {};
  }
}

/// The graph with the ONBUILD triggers of its base images, which may bring in further images.
BuildGraph make_graph(const BuildRequest& request, const BuildServices& services,
                      const std::stop_token& stop) {
  const StageList stages = parse_stages(request.dockerfile);
  OnbuildTriggers triggers;
  while (true) {
    BuildGraph graph =
        make_build_graph(request.dockerfile, stages, graph_inputs(request), triggers);
    bool changed = false;
    for (const auto& image : images_of_attempted_targets(graph, services)) {
      if (triggers.contains(image)) continue;
      const auto& found = triggers[image] = triggers_of(image, services.images, stop);
      changed = changed || !found.empty();
    }
    if (!changed) return graph;
  }
}

std::shared_ptr<const FileTree> open_context(const BuildRequest& request) {
  IgnoreMatcher ignore =
      load_ignore_file({request.context, request.dockerfile_path, request.ignore_file});
  return std::make_shared<const ContextTree>(request.context, ignore_filter(std::move(ignore)));
}

}  // namespace

const oci::Descriptor& BuildOutcome::root() const {
  return index ? index->descriptor : images.at(0).manifest.descriptor;
}

BuildOutcome build(const BuildRequest& request, const BuildServices& services,
                   std::stop_token stop) {
  const BuildGraph graph = make_graph(request, services, stop);
  InstructionStageBuilder builder(request, graph, services, open_context(request));
  const auto refuse = [&services](const BuildGraph& whole, StageId target) {
    return refuse_target(whole, target, services);
  };
  BuildOutcome outcome;
  const auto targets = solve(graph, builder, refuse, stop);
  for (std::size_t i = 0; i < targets.size(); ++i) {
    if (targets[i].error) {
      outcome.failures.push_back({request.platforms[i], targets[i].error});
      continue;
    }
    outcome.images.push_back(assemble_image(*targets[i].result, request.platforms[i], request.edits,
                                            services.cache, services.store.blobs()));
  }
  if (stop.stop_requested()) throw oci::Error(oci::ErrorCode::kInterrupted, "interrupted");
  if (request.platforms.size() > 1 && !outcome.images.empty()) {
    outcome.index = assemble_index(outcome.images, request.edits, services.store.blobs());
  }
  return outcome;
}

}  // namespace bale::builder
