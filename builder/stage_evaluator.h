// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/instruction.h"
#include "builder/source_text.h"
#include "builder/stage_graph.h"
#include "builder/step.h"
#include "oci/image_config.h"

namespace bale::builder {

/// What an evaluator needs beside the stage. Both outlive it.
struct EvaluatorInputs {
  const SourceText& source;
  const std::map<std::string, std::string>& build_args;
};

/// Carries out the instructions of one stage, in order, as far as they are text: expands
/// variables, keeps the scope of ARG and ENV, changes the config, and returns the step that
/// touches the file system. Knows no files, runs nothing. One thread at a time; copying one gives
/// a second stage that goes on from the same state.
///
/// The history grows with each instruction as BuildKit's does: the lines without `empty_layer`
/// stand one to one, in order, for the steps that were returned (after those of the base). Their
/// `created` is left empty, and so are `diff_ids`: both are the caller's.
class StageEvaluator {
 public:
  /// A stage on an image, or on `scratch_config` for scratch. `base.config.on_build` is dropped:
  /// the graph has put the triggers before the stage's own instructions.
  StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage, oci::ImageConfig base);
  /// A stage on another stage, after that one's last instruction: its ARGs stay visible.
  StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage, const StageEvaluator& parent);

  /// Throws kInvalid with the marked line. FROM is not an instruction here.
  std::optional<Step> apply(const Instruction& instruction);

  /// The config as the instructions so far made it.
  const oci::ImageConfig& config() const { return config_; }

 private:
  oci::ImageConfig config_;
};

/// The config that a stage on scratch starts with: the platform, and a PATH.
oci::ImageConfig scratch_config(const oci::Platform& platform);

}  // namespace bale::builder
