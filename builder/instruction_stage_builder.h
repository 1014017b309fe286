// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <semaphore>
#include <set>
#include <stop_token>
#include <vector>

#include "builder/build.h"
#include "builder/copy_runner.h"
#include "builder/layer_recorder.h"
#include "builder/run_runner.h"
#include "builder/solver.h"

namespace bale::builder {

/// Builds a stage by its instructions: evaluates them in order, and for each step that touches the
/// file system asks the cache or carries it out. Thread-safe.
class InstructionStageBuilder final : public StageBuilder {
 public:
  /// All must outlive the builder. `context` is the build context as the ignore file leaves it.
  InstructionStageBuilder(const BuildRequest& request, const BuildGraph& graph,
                          const BuildServices& services, std::shared_ptr<const FileTree> context);

  StageResult build(const StageInstance& stage,
                    const std::vector<std::shared_ptr<const StageResult>>& results,
                    std::stop_token stop) override;

 private:
  class Work;

  const BuildRequest& request_;
  const BuildServices& services_;
  const std::shared_ptr<const FileTree> context_;  // shared with the selections of COPY steps
  LayerRecorder recorder_;
  CopyRunner copies_;
  RunRunner runs_;
  std::counting_semaphore<> slots_;   ///< steps at once
  const std::set<StageId> exported_;  ///< stages whose layers end up in an image
};

}  // namespace bale::builder
