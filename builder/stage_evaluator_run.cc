// SPDX-License-Identifier: Apache-2.0
// RUN.
#include <utility>

#include "builder/history_text.h"
#include "builder/stage_evaluator.h"

namespace bale::builder {

namespace {

RunNetwork network_of(const std::string& name) {
  if (name == "none") return RunNetwork::kNone;
  return name == "host" ? RunNetwork::kHost : RunNetwork::kDefault;
}

RunDevice parse_device(const std::string& text) {
  RunDevice device;
  for (const auto& field : split_csv(text)) {
    if (field == "required" || field == "required=true") {
      device.required = true;
    } else if (field != "required=false") {
      device.name = field.starts_with("name=") ? field.substr(5) : field;
    }
  }
  return device;
}

/// The line again as it was written, with its here-documents, for a shell that knows them.
std::string with_bodies(const std::string& line, const std::vector<Heredoc>& heredocs) {
  std::string text = line;
  for (const auto& heredoc : heredocs) text += "\n" + heredoc.content + heredoc.name;
  return text;
}

std::string created_by(const RunStep& step, const std::vector<std::string>& args) {
  std::string text = "RUN";
  if (!args.empty()) text += " |" + std::to_string(args.size()) + spaced(args);
  return text + spaced(step.argv) + " # buildkit";
}

}  // namespace

StageEvaluator::MaybeStep StageEvaluator::evaluate(const RunInstruction& run) {
  RunStep step;
  set_command(run, step);
  step.env = scope_.variables().lines();
  step.proxy_env = proxy_environment(inputs_.build_args, scope_);
  step.cwd = working_dir().empty() ? "/" : working_dir();
  step.user = config_.config.user;
  step.network = network_of(run.network);
  if (run.security == "insecure") step.security = RunSecurity::kInsecure;
  step.mounts = mounts_of(run);
  for (const auto& device : run.devices) step.devices.push_back(parse_device(device));
  std::string text = created_by(step, scope_.arg_lines());
  return make_step(std::move(step), std::move(text));
}

void StageEvaluator::set_command(const RunInstruction& run, RunStep& step) const {
  const std::string& line = run.command.words.front();
  if (run.heredocs.empty()) {
    step.argv = command_of(run.command);
    return;
  }
  const bool alone = run.heredocs.size() == 1 && parse_heredoc_word(line).has_value();
  const Heredoc& first = run.heredocs.front();
  if (!alone) {
    step.argv = with_shell(with_bodies(line, run.heredocs));
  } else if (first.content.starts_with("#!")) {
    step.scripts.push_back({first.name, first.content});
    step.argv = with_shell(kScriptFolder + first.name);
  } else {
    step.argv = with_shell(first.content);
  }
}

std::vector<RunMount> StageEvaluator::mounts_of(const RunInstruction& run) {
  std::vector<RunMount> mounts;
  for (const auto& flag : run.mounts) mounts.push_back(expanded_mount(flag));
  return mounts;
}

RunMount StageEvaluator::expanded_mount(MountFlag flag) {
  for (auto& field : flag.fields) {
    // The graph has taken `from` as it is written.
    if (field.value && field.key != "from") field.value = expand_text(*field.value);
  }
  const auto origin_of = [this](const std::string& from) { return stage_->origins.at(from); };
  try {
    return make_run_mount(flag, {working_dir(), origin_of});
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, "--mount");
  }
}

}  // namespace bale::builder
