// SPDX-License-Identifier: Apache-2.0
#include "tests/builder/dockerfile_report.h"

#include <fstream>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

#include "builder/check_directive.h"
#include "builder/dockerfile.h"
#include "builder/global_args.h"
#include "builder/history_text.h"
#include "builder/lint.h"
#include "builder/stage_evaluator.h"

namespace bale::builder {

namespace {

std::string text_of(const FileOrigin& origin) {
  struct Visitor {
    std::string operator()(const BuildContext&) const { return "context"; }
    std::string operator()(const NamedContext& context) const {
      return fmt::format("named context {} ({})", context.name, context.platform.to_string());
    }
    std::string operator()(const StageId& stage) const {
      return fmt::format("stage {}", stage.index);
    }
    std::string operator()(const BaseImage& image) const {
      return fmt::format("{} ({})", image.reference.to_string(), image.platform.to_string());
    }
    std::string operator()(const Scratch&) const { return "scratch"; }
  };
  return std::visit(Visitor{}, origin);
}

FileOrigin as_origin(const StageBase& base) {
  return std::visit([](const auto& value) -> FileOrigin { return value; }, base);
}

std::string fact(const std::string& name, const std::string& value) {
  return value.empty() ? "" : " " + name + "=" + value;
}

std::string text_of(const CopyStep& copy) {
  std::string text = bracketed_quoted(copy.sources);
  for (const auto& file : copy.files) {
    text += " inline " + bracketed_quoted({file.name, file.content});
  }
  text += " -> " + copy.destination.path;
  text += copy.destination.is_directory ? " (directory)" : "";
  text += " from " + text_of(copy.origin) + fact("chown", copy.chown) + fact("chmod", copy.chmod);
  text += copy.link ? " link" : "";
  text += copy.parents ? " parents" : "";
  return text + (copy.excludes.empty() ? "" : " exclude" + bracketed_quoted(copy.excludes));
}

std::string text_of(const AddStep& add) {
  std::string text = text_of(add.copy) + fact("checksum", add.checksum);
  if (add.keep_git_dir) text += fmt::format(" keep_git_dir={}", *add.keep_git_dir);
  if (add.unpack) text += fmt::format(" unpack={}", *add.unpack);
  return text;
}

std::string owner(std::uint32_t mode, std::uint32_t uid, std::uint32_t gid) {
  return fmt::format(" {:04o} {}:{}", mode, uid, gid);
}

std::string text_of(const RunMount& mount) {
  struct Visitor {
    std::string operator()(const BindMount& bind) const {
      return fmt::format("bind {} of {} at {}{}", bind.source, text_of(bind.origin), bind.target,
                         bind.read_only ? "" : " writable");
    }
    std::string operator()(const CacheMount& cache) const {
      const char* sharing[] = {"shared", "private", "locked"};
      return fmt::format("cache {} of {} at {} id={} {}{}", cache.source, text_of(cache.origin),
                         cache.target, cache.id, sharing[static_cast<int>(cache.sharing)],
                         cache.read_only ? " read-only" : "") +
             owner(cache.mode, cache.uid, cache.gid);
    }
    std::string operator()(const TmpfsMount& tmpfs) const {
      return fmt::format("tmpfs at {} size={}", tmpfs.target, tmpfs.size);
    }
    std::string operator()(const SecretMount& secret) const {
      return fmt::format("secret {} at {} env={}{}", secret.id, secret.target.value_or("-"),
                         secret.env.value_or("-"), secret.required ? " required" : "") +
             owner(secret.mode, secret.uid, secret.gid);
    }
    std::string operator()(const SshMount& ssh) const {
      return fmt::format("ssh {} at {}{}", ssh.id, ssh.target.value_or("-"),
                         ssh.required ? " required" : "") +
             owner(ssh.mode, ssh.uid, ssh.gid);
    }
  };
  return std::visit(Visitor{}, mount);
}

std::string text_of(const RunStep& run) {
  const char* networks[] = {"default", "none", "host"};
  std::string text = bracketed_quoted(run.argv) + fact("cwd", run.cwd) + fact("user", run.user);
  if (run.network != RunNetwork::kDefault) text += fact("network", networks[int(run.network)]);
  if (run.security == RunSecurity::kInsecure) text += " insecure";
  for (const auto& device : run.devices) {
    text += fact("device", device.name) + (device.required ? " required" : "");
  }
  text += "\n      env " + bracketed_quoted(run.env);
  if (!run.proxy_env.empty()) text += "\n      proxies " + bracketed_quoted(run.proxy_env);
  for (const auto& mount : run.mounts) text += "\n      mount " + text_of(mount);
  for (const auto& script : run.scripts) {
    text += "\n      script " + bracketed_quoted({script.name, script.content});
  }
  return text;
}

std::string text_of(const WorkdirStep& workdir) {
  return workdir.path + fact("user", workdir.user);
}

std::string text_of(const Step& step) {
  const char* names[] = {"copy", "add", "run", "workdir"};
  return fmt::format("  {}-{}: {} {}\n", step.range.first_line, step.range.last_line,
                     names[step.action.index()],
                     std::visit([](const auto& action) { return text_of(action); }, step.action));
}

std::string text_of(const oci::ImageConfig& config) {
  std::string text;
  for (const auto& line : config.history) {
    text += fmt::format("  history{} {}\n", line.empty_layer ? " (no layer)" : "", line.created_by);
  }
  const auto json = nlohmann::ordered_json::parse(oci::to_json(config));
  if (json.contains("author")) text += "  author " + json["author"].dump() + "\n";
  for (const auto& [key, value] : json["config"].items()) {
    text += fmt::format("  config {} {}\n", key, value.dump());
  }
  return text;
}

std::string text_of(const SourceText& source, const LintWarning& warning) {
  return fmt::format("warning {} line {}: {}\n{}\n", warning.rule,
                     marked_line(source, warning.range, warning.word), warning.message,
                     mark_source(source, warning.range, warning.word));
}

/// Takes a Dockerfile through the whole front half.
class Report {
 public:
  Report(const std::string& text, const ReportInputs& inputs)
      : inputs_(inputs),
        dockerfile_(parse_dockerfile(text, "Dockerfile")),
        stages_(parse_stages(dockerfile_)) {}

  /// Warnings come first: they often tell why what follows fails.
  std::string warnings() const {
    const auto check = CheckDirective::of(dockerfile_);
    std::string text = check.severity == WarningsAre::kErrors ? "warnings are errors\n" : "";
    for (const auto& warning : check.select(lint(dockerfile_, stages_, inputs_.graph))) {
      text += text_of(dockerfile_.source, warning);
    }
    for (const auto& name : unused_build_args(stages_, inputs_.graph.build_args)) {
      text += "unused build argument " + name + "\n";
    }
    return text;
  }

  std::string steps() {
    const BuildGraph graph =
        make_build_graph(dockerfile_, stages_, inputs_.graph, triggers_of_bases());
    std::string text = "targets";
    for (const auto& target : graph.targets()) text += fmt::format(" {}", target.index);
    text += "\n";
    for (const auto& stage : graph.stages()) text += write(stage);
    return text;
  }

 private:
  OnbuildTriggers triggers_of_bases() const {
    OnbuildTriggers triggers;
    for (const auto& [name, base] : inputs_.bases) {
      for (const auto& platform : inputs_.graph.platforms) {
        triggers[{oci::Reference::parse(name), platform}] = base.on_build;
      }
    }
    return triggers;
  }

  std::string write(const StageInstance& stage) {
    std::string text = fmt::format("stage {} {} ({}) on {}\n", stage.id.index, stage.name,
                                   stage.platform.to_string(), text_of(as_origin(stage.base)));
    StageEvaluator evaluator = evaluator_of(stage);
    for (const auto& instruction : stage.instructions) {
      if (const auto step = evaluator.apply(instruction)) text += text_of(*step);
    }
    text += text_of(evaluator.config());
    for (const auto& warning : evaluator.warnings()) text += text_of(dockerfile_.source, warning);
    evaluators_.emplace(stage.id, evaluator);
    return text;
  }

  StageEvaluator evaluator_of(const StageInstance& stage) const {
    const EvaluatorInputs inputs{dockerfile_.source, inputs_.graph.build_args};
    if (const auto* parent = std::get_if<StageId>(&stage.base)) {
      return StageEvaluator(inputs, stage, evaluators_.at(*parent));
    }
    oci::ImageConfig config = scratch_config(stage.platform);
    if (const auto* image = std::get_if<BaseImage>(&stage.base)) config.config = base_of(*image);
    return StageEvaluator(inputs, stage, config);
  }

  oci::RuntimeConfig base_of(const BaseImage& image) const {
    for (const auto& [name, config] : inputs_.bases) {
      if (oci::Reference::parse(name) == image.reference) return config;
    }
    return {};
  }

  const ReportInputs& inputs_;
  Dockerfile dockerfile_;
  StageList stages_;
  std::map<StageId, StageEvaluator> evaluators_;
};

void read_line(ReportInputs& into, const std::string& line) {
  std::istringstream words(line);
  std::string key, value, rest;
  words >> key >> value;
  std::getline(words >> std::ws, rest);
  const auto equals = value.find('=');
  if (key == "platform") into.graph.platforms = oci::Platform::parse_list(value);
  if (key == "build-platform") into.graph.build_platform = oci::Platform::parse(value);
  if (key == "target") into.graph.target = value;
  if (key == "context") {
    into.graph.named_contexts[value] =
        rest.empty() ? std::nullopt : std::optional(oci::Reference::parse(rest));
  }
  if (key == "build-arg") into.graph.build_args[value.substr(0, equals)] = value.substr(equals + 1);
  if (key == "env") into.bases[value].env.push_back(rest);
  if (key == "cmd") into.bases[value].cmd = {rest};
  if (key == "onbuild") into.bases[value].on_build.push_back(rest);
}

}  // namespace

ReportInputs read_report_inputs(const std::filesystem::path& file) {
  ReportInputs inputs;
  inputs.graph.platforms = {oci::Platform::parse("linux/amd64")};
  inputs.graph.build_platform = oci::Platform::parse("linux/amd64");
  std::ifstream stream(file);
  for (std::string line; std::getline(stream, line);) read_line(inputs, line);
  return inputs;
}

std::string report_dockerfile(const std::string& text, const ReportInputs& inputs) {
  std::string report;
  try {
    Report all(text, inputs);
    report += all.warnings();
    report += all.steps();
  } catch (const oci::Error& error) {
    report += std::string("error ") + error.what() + "\n";
    if (!error.hint().empty()) report += "hint " + error.hint() + "\n";
    if (!error.detail().empty()) report += error.detail() + "\n";
  }
  return report;
}

}  // namespace bale::builder
