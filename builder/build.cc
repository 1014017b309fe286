// SPDX-License-Identifier: Apache-2.0
#include "builder/build.h"

#include "builder/instruction_stage_builder.h"
#include "builder/solver.h"
#include "oci/error.h"

namespace bale::builder {

const oci::Descriptor& BuildOutcome::root() const {
  return index ? index->descriptor : images.at(0).manifest.descriptor;
}

BuildOutcome build(const BuildRequest& request, const BuildPlan& plan,
                   const BuildServices& services, std::stop_token stop) {
  const BuildGraph& graph = plan.graph;
  InstructionStageBuilder builder(request, graph, services,
                                  open_folders(request, graph, plan.ignore));
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
  oci::throw_if_stopped(stop);
  if (request.platforms.size() > 1 && !outcome.images.empty()) {
    outcome.index = assemble_index(outcome.images, request.edits, services.store.blobs());
  }
  return outcome;
}

}  // namespace bale::builder
