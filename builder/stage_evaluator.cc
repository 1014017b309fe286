// SPDX-License-Identifier: Apache-2.0
#include "builder/stage_evaluator.h"

#include <algorithm>
#include <utility>

#include "builder/container_path.h"
#include "builder/expand.h"
#include "builder/expose_ports.h"
#include "builder/history_text.h"
#include "builder/stop_signal.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

/// Marks the history as written in BuildKit's way, which tools ask for.
constexpr const char* kHistoryComment = "buildkit.dockerfile.v0";

oci::ImageConfig without_triggers(oci::ImageConfig config) {
  config.config.on_build.clear();
  return config;
}

}  // namespace

StageEvaluator::StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage,
                               oci::ImageConfig base)
    : inputs_(inputs),
      stage_(&stage),
      config_(without_triggers(std::move(base))),
      scope_(config_.config.env) {}

StageEvaluator::StageEvaluator(EvaluatorInputs inputs, const StageInstance& stage,
                               const StageEvaluator& parent)
    : inputs_(inputs),
      stage_(&stage),
      config_(without_triggers(parent.config_)),
      scope_(parent.scope_) {}

std::optional<Step> StageEvaluator::apply(const Instruction& instruction) {
  current_ = &instruction;
  return std::visit([this](const auto& body) { return evaluate(body); }, instruction.body);
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const FromInstruction&) {
  fail("FROM begins a stage, and cannot stand in one");
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const ArgInstruction& arg) {
  std::vector<std::string> texts;
  // Values are expanded before the instruction has any effect: in `ARG A=1 B=$A` the old A counts.
  std::vector<std::pair<std::string, std::optional<std::string>>> values;
  for (const auto& definition : arg.definitions) {
    values.emplace_back(expand_text(definition.name), arg_value(definition));
  }
  for (const auto& [name, value] : values) {
    scope_.declare_arg(name, value);
    texts.push_back(value ? name + "=" + *value : name);
  }
  add_history("ARG" + spaced(texts), LayerFact::kMakesNone);
  return std::nullopt;
}

std::optional<std::string> StageEvaluator::arg_value(const ArgInstruction::Definition& definition) {
  const auto given = inputs_.build_args.find(definition.name);
  if (given != inputs_.build_args.end()) return given->second;
  if (definition.value) return expand_text(*definition.value);
  const auto global = stage_->global_args.find(definition.name);
  if (global == stage_->global_args.end()) return std::nullopt;
  return global->second;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const EnvInstruction& env) {
  Environment variables(config_.config.env);
  std::string created_by = "ENV";
  for (const auto& [name, value] : expand_pairs(env.variables)) {
    variables.set(name, value);
    scope_.set_env(name, value);
    created_by.append(" ").append(name).append("=").append(value);
  }
  config_.config.env = variables.lines();
  add_history(std::move(created_by), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const LabelInstruction& label) {
  std::string created_by = "LABEL";
  for (const auto& [name, value] : expand_pairs(label.labels)) {
    config_.config.labels[name] = value;
    created_by.append(" ").append(name).append("=").append(value);
  }
  add_history(std::move(created_by), LayerFact::kMakesNone);
  return std::nullopt;
}

std::vector<NameValue> StageEvaluator::expand_pairs(const std::vector<NameValue>& pairs) {
  std::vector<NameValue> result;
  for (const auto& pair : pairs) {
    NameValue expanded{expand_text(pair.name), expand_text(pair.value)};
    if (expanded.name.empty()) fail("the name " + pair.name + " expands to nothing", pair.name);
    result.push_back(std::move(expanded));
  }
  return result;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const CmdInstruction& cmd) {
  const auto argv = command_of(cmd.command);
  config_.config.cmd = argv.empty() ? std::nullopt : std::optional(argv);
  // Set for every CMD, as BuildKit does; only Windows asks for it.
  config_.config.args_escaped = true;
  has_own_cmd_ = true;
  add_history("CMD " + bracketed_quoted(argv), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const EntrypointInstruction& entrypoint) {
  const auto argv = command_of(entrypoint.command);
  config_.config.entrypoint = argv.empty() ? std::nullopt : std::optional(argv);
  // The CMD of the base was made for the base's ENTRYPOINT.
  if (!has_own_cmd_) config_.config.cmd.reset();
  add_history("ENTRYPOINT " + bracketed_quoted(argv), LayerFact::kMakesNone);
  return std::nullopt;
}

std::vector<std::string> StageEvaluator::command_of(const CommandLine& command) const {
  return command.form == CommandLine::Form::kExec ? command.words
                                                  : with_shell(command.words.front());
}

std::vector<std::string> StageEvaluator::with_shell(const std::string& command) const {
  std::vector<std::string> argv = config_.config.shell;
  if (argv.empty()) argv = {"/bin/sh", "-c"};
  argv.push_back(command);
  return argv;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const ShellInstruction& shell) {
  config_.config.shell = shell.shell;
  add_history("SHELL " + bracketed(shell.shell), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const HealthcheckInstruction& healthcheck) {
  config_.config.healthcheck = healthcheck.check;
  add_history("HEALTHCHECK " + healthcheck_text(healthcheck.check), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const WorkdirInstruction& workdir) {
  const std::string path = container_path(working_dir(), expand_text(workdir.path));
  config_.config.working_dir = path;
  std::string created_by = "WORKDIR " + path;
  if (path == "/") {
    add_history(std::move(created_by), LayerFact::kMakesNone);
    return std::nullopt;
  }
  return make_step(WorkdirStep{path, config_.config.user}, std::move(created_by));
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const UserInstruction& user) {
  config_.config.user = expand_text(user.user);
  add_history("USER " + config_.config.user, LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const ExposeInstruction& expose) {
  std::set<std::string> ports;
  for (const auto& text : expose.ports) {
    for (const auto& word : expand_words(text)) {
      try {
        for (auto& port : expose_ports(word)) ports.insert(std::move(port));
      } catch (const oci::Error& error) {
        throw at_source(error, inputs_.source, current_->range, text);
      }
    }
  }
  config_.config.exposed_ports.insert(ports.begin(), ports.end());
  add_history("EXPOSE " + bracketed({ports.begin(), ports.end()}), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const VolumeInstruction& volume) {
  const auto paths = expand_each(volume.volumes);
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i].empty()) {
      fail("the volume " + volume.volumes[i] + " expands to nothing", volume.volumes[i]);
    }
    config_.config.volumes.insert(paths[i]);
  }
  add_history("VOLUME " + bracketed(paths), LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const StopsignalInstruction& stopsignal) {
  const std::string signal = expand_text(stopsignal.signal);
  try {
    check_stop_signal(signal);
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, stopsignal.signal);
  }
  config_.config.stop_signal = signal;
  add_history("STOPSIGNAL " + signal, LayerFact::kMakesNone);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const OnbuildInstruction& onbuild) {
  // It is kept for the children and has no line in the history, as in BuildKit.
  config_.config.on_build.push_back(onbuild.trigger);
  return std::nullopt;
}

StageEvaluator::MaybeStep StageEvaluator::evaluate(const MaintainerInstruction& maintainer) {
  config_.author = maintainer.maintainer;
  add_history("MAINTAINER " + maintainer.maintainer, LayerFact::kMakesNone);
  return std::nullopt;
}

void StageEvaluator::add_history(std::string created_by, LayerFact layer) {
  oci::History line;
  line.created_by = std::move(created_by);
  line.comment = kHistoryComment;
  line.empty_layer = layer == LayerFact::kMakesNone;
  config_.history.push_back(std::move(line));
}

Step StageEvaluator::make_step(decltype(Step::action) action, std::string created_by) {
  add_history(created_by, LayerFact::kMakesLayer);
  return {std::move(action), std::move(created_by), current_->text, current_->range};
}

std::string StageEvaluator::expand_text(const std::string& text) {
  const auto lookup = [this](std::string_view name) { return scope_.get(name); };
  try {
    Expansion expansion = expand(text, lookup, current_->escape);
    note_unset(expansion.unset);
    return std::move(expansion.text);
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, text);
  }
}

std::vector<std::string> StageEvaluator::expand_words(const std::string& text) {
  const auto lookup = [this](std::string_view name) { return scope_.get(name); };
  try {
    Expansion expansion = expand(text, lookup, current_->escape);
    note_unset(expansion.unset);
    return std::move(expansion.words);
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, text);
  }
}

std::vector<std::string> StageEvaluator::expand_each(const std::vector<std::string>& texts) {
  std::vector<std::string> result;
  for (const auto& text : texts) result.push_back(expand_text(text));
  return result;
}

std::string StageEvaluator::expand_heredoc(const Heredoc& heredoc) {
  if (!heredoc.expand) return heredoc.content;
  const auto lookup = [this](std::string_view name) { return scope_.get(name); };
  try {
    // The backslash escapes here whatever the directive says, as in BuildKit.
    Expansion expansion = expand(heredoc.content, lookup, '\\', Quotes::kKeep);
    note_unset(expansion.unset);
    return std::move(expansion.text);
  } catch (const oci::Error& error) {
    throw at_source(error, inputs_.source, current_->range, heredoc.name);
  }
}

void StageEvaluator::note_unset(const std::vector<std::string>& names) {
  for (const auto& name : names) {
    if (scope_.declares(name)) continue;  // without a value on purpose
    const std::string near = oci::nearest(name, scope_.variables().names());
    const std::string hint = near.empty() ? "" : " (did you mean $" + near + "?)";
    const bool braced = current_->text.find("$" + name) == std::string::npos;
    LintWarning warning{"UndefinedVar", "Usage of undefined variable '$" + name + "'" + hint,
                        current_->range, (braced ? "${" : "$") + name};
    if (std::find(warnings_.begin(), warnings_.end(), warning) == warnings_.end()) {
      warnings_.push_back(std::move(warning));
    }
  }
}

const std::string& StageEvaluator::working_dir() const { return config_.config.working_dir; }

void StageEvaluator::fail(const std::string& message, std::string_view word,
                          std::string hint) const {
  throw source_error(inputs_.source, current_->range, message, word, std::move(hint));
}

oci::ImageConfig scratch_config(const oci::Platform& platform) {
  oci::ImageConfig config;
  config.platform = platform;
  config.config.env = StageScope({}).variables().lines();
  config.config.working_dir = "/";
  return config;
}

}  // namespace bale::builder
