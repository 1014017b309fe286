// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <stop_token>
#include <vector>

#include "builder/executor.h"
#include "builder/mount_origin.h"
#include "builder/run_folder.h"
#include "builder/run_settings.h"
#include "builder/snapshots.h"
#include "builder/step.h"
#include "oci/blob_store.h"
#include "oci/io.h"
#include "oci/layer_writer.h"
#include "oci/once.h"
#include "oci/thread_pool.h"

namespace bale::builder {

/// One RUN to carry out.
struct RunTask {
  const RunStep& step;
  std::vector<StageLayer> layers;  ///< what the stage has so far, the base image's first
  MountOrigins origins = {};       ///< of the step's bind mounts
  oci::LayerOptions options = {};
};

/// Carries out RUN steps: the layers so far as an overlay, the command in it, what it changed as a
/// layer. Nothing stays mounted or running, however it ends. Thread-safe: steps may run at once.
class StepRunner {
 public:
  /// All must outlive it; `store` receives the layers.
  StepRunner(Snapshots& snapshots, Executor& executor, oci::BlobStore& store, oci::ThreadPool& pool,
             RunSettings settings);

  /// The layer, or nothing where the command changed nothing; `toc` receives its table of contents.
  /// Throws kStepFailed, with the last lines of the output as its detail, for a command that fails
  /// or takes too long; kInterrupted where it was stopped. A command whose exit code is lost runs
  /// again, on the layers as they were.
  std::optional<oci::LayerResult> run(const RunTask& task, const RunEvents& events, oci::Sink& toc,
                                      std::stop_token stop);

 private:
  RunOutcome execute(const RunFolder& folder, const std::vector<Snapshot>& below,
                     const RunTask& task, const RunEvents& events, const std::stop_token& stop);
  std::optional<oci::LayerResult> capture(const RunFolder& folder, const oci::LayerOptions& options,
                                          oci::Sink& toc, std::stop_token stop);

  Snapshots& snapshots_;
  Executor& executor_;
  oci::BlobStore& store_;
  oci::ThreadPool& pool_;
  RunSettings settings_;
  oci::Once cleaned_;
};

}  // namespace bale::builder
