// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/instruction.h"
#include "builder/lint_warning.h"
#include "builder/source_text.h"
#include "builder/stage_graph.h"
#include "builder/stage_scope.h"
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
/// touches the file system. Knows no files, runs nothing. One thread at a time.
///
/// The history grows with each instruction as BuildKit's does: the lines without `empty_layer`
/// stand one to one, in order, for the steps that were returned (after those of the base). Their
/// `created` is left empty, and so are `diff_ids`: both are the caller's.
class StageEvaluator {
 public:
  /// A stage on an image, or on `scratch_config` for scratch. `base.config.on_build` is dropped:
  /// the graph has put the triggers before the stage's own instructions. `stage` outlives it.
  StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage, oci::ImageConfig base);
  /// A stage on another stage, after that one's last instruction: its ARGs stay visible.
  StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage, const StageEvaluator& parent);

  /// Throws kInvalid with the marked line. FROM is not an instruction here.
  std::optional<Step> apply(const Instruction& instruction);

  /// The config as the instructions so far made it.
  const oci::ImageConfig& config() const { return config_; }
  /// UndefinedVar, for all that was expanded so far.
  const std::vector<LintWarning>& warnings() const { return warnings_; }

 private:
  using MaybeStep = std::optional<Step>;

  MaybeStep evaluate(const FromInstruction& from);
  MaybeStep evaluate(const ArgInstruction& arg);
  MaybeStep evaluate(const EnvInstruction& env);
  MaybeStep evaluate(const LabelInstruction& label);
  MaybeStep evaluate(const CopyInstruction& copy);
  MaybeStep evaluate(const AddInstruction& add);
  MaybeStep evaluate(const RunInstruction& run);
  MaybeStep evaluate(const CmdInstruction& cmd);
  MaybeStep evaluate(const EntrypointInstruction& entrypoint);
  MaybeStep evaluate(const ShellInstruction& shell);
  MaybeStep evaluate(const HealthcheckInstruction& healthcheck);
  MaybeStep evaluate(const WorkdirInstruction& workdir);
  MaybeStep evaluate(const UserInstruction& user);
  MaybeStep evaluate(const ExposeInstruction& expose);
  MaybeStep evaluate(const VolumeInstruction& volume);
  MaybeStep evaluate(const StopsignalInstruction& stopsignal);
  MaybeStep evaluate(const OnbuildInstruction& onbuild);
  MaybeStep evaluate(const MaintainerInstruction& maintainer);

  enum class LayerFact { kMakesLayer, kMakesNone };
  void add_history(std::string created_by, LayerFact layer);
  Step make_step(decltype(Step::action) action, std::string created_by);

  std::string expand_text(const std::string& text);
  std::vector<std::string> expand_words(const std::string& text);
  std::vector<std::string> expand_each(const std::vector<std::string>& texts);
  std::string expand_heredoc(const Heredoc& heredoc);
  void note_unset(const std::vector<std::string>& names);
  std::vector<NameValue> expand_pairs(const std::vector<NameValue>& pairs);
  std::optional<std::string> arg_value(const ArgInstruction::Definition& definition);
  std::vector<std::string> command_of(const CommandLine& command) const;
  std::vector<std::string> with_shell(const std::string& command) const;

  CopyStep copy_step(const CopyInstruction& copy);
  Destination destination_of(const std::string& text) const;
  void check_chmod(const std::string& written, const std::string& expanded) const;
  void check_checksum(const AddStep& step) const;

  void set_command(const RunInstruction& run, RunStep& step) const;
  std::vector<RunMount> mounts_of(const RunInstruction& run);
  RunMount expanded_mount(MountFlag flag);
  const std::string& working_dir() const;

  [[noreturn]] void fail(const std::string& message, std::string_view word = {},
                         std::string hint = {}) const;

  EvaluatorInputs inputs_;
  const StageInstance* stage_;
  oci::ImageConfig config_;
  StageScope scope_;
  bool has_own_cmd_ = false;  ///< CMD stood in this stage, so ENTRYPOINT leaves it alone
  std::vector<LintWarning> warnings_;
  const Instruction* current_ = nullptr;  ///< while `apply` runs
};

/// The config that a stage on scratch starts with: the platform, and a PATH.
oci::ImageConfig scratch_config(const oci::Platform& platform);

}  // namespace bale::builder
