// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <semaphore>
#include <set>
#include <stop_token>
#include <vector>

#include "builder/build_request.h"
#include "builder/build_services.h"
#include "builder/copy_runner.h"
#include "builder/layer_recorder.h"
#include "builder/origin_files.h"
#include "builder/run_runner.h"
#include "builder/solver.h"

namespace bale::builder {

/// Builds a stage by its instructions: evaluates them in order, and for each step that touches the
/// file system asks the cache or carries it out. Thread-safe.
class InstructionStageBuilder final : public StageBuilder {
 public:
  /// The references must outlive the builder.
  InstructionStageBuilder(const BuildRequest& request, const BuildGraph& graph,
                          const BuildServices& services, ContextFolders folders);

  StageResult build(const StageInstance& stage,
                    const std::vector<std::shared_ptr<const StageResult>>& results,
                    std::stop_token stop) override;

 private:
  class Work;

  const BuildRequest& request_;
  const BuildServices& services_;
  const ContextFolders folders_;
  LayerRecorder recorder_;
  CopyRunner copies_;
  RunRunner runs_;
  std::counting_semaphore<> slots_;   ///< steps at once
  const std::set<StageId> exported_;  ///< stages whose layers end up in an image
};

}  // namespace bale::builder
