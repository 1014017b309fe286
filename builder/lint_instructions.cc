// SPDX-License-Identifier: Apache-2.0
#include "builder/lint_instructions.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <utility>

#include "builder/words.h"

namespace bale::builder {

namespace {

constexpr std::array<std::string_view, 10> kSecretWords = {
    "apikey", "auth",  "credential", "credentials", "key",
    "passwd", "pword", "password",   "secret",      "token"};

/// A name of words between underscores, one of which promises a secret: `DB_PASSWORD`, and not
/// `KEYBOARD` or `PUBLIC_KEY`.
bool promises_a_secret(const std::string& name) {
  bool secret = false;
  std::string rest = lower(name) + "_";
  for (auto end = rest.find('_'); end != std::string::npos; end = rest.find('_')) {
    const std::string word = rest.substr(0, end);
    if (word == "public") return false;
    secret |= std::find(kSecretWords.begin(), kSecretWords.end(), word) != kSecretWords.end();
    rest.erase(0, end + 1);
  }
  return secret;
}

/// Goes through the instructions of all stages; an overload for each that has a rule.
class InstructionLinter {
 public:
  std::vector<LintWarning> run(const StageList& stages) {
    for (const auto& arg : stages.global_args) check(arg);
    for (const auto& stage : stages.stages) {
      const std::string parent = lower(stage.from.image);
      has_workdir_ = workdirs_.count(parent) != 0;
      has_shell_ = shells_.count(parent) != 0;
      last_.clear();
      for (const auto& instruction : stage.instructions) check(instruction);
      if (has_workdir_) workdirs_.insert(stage.from.name);
      if (has_shell_) shells_.insert(stage.from.name);
    }
    return std::move(warnings_);
  }

 private:
  void check(const Instruction& instruction) {
    range_ = instruction.range;
    std::visit([this](const auto& body) { visit(body); }, instruction.body);
  }

  template <typename Other>
  void visit(const Other&) {}

  void visit(const ArgInstruction& arg) {
    for (const auto& definition : arg.definitions) check_secret("ARG", definition.name);
  }

  void visit(const EnvInstruction& env) {
    for (const auto& variable : env.variables) check_secret("ENV", variable.name);
  }

  void check_secret(const std::string& keyword, const std::string& name) {
    if (!promises_a_secret(name)) return;
    warn("SecretsUsedInArgOrEnv",
         "Do not use ARG or ENV instructions for sensitive data (" + keyword + " \"" + name + "\")",
         name);
  }

  void visit(const ShellInstruction&) { has_shell_ = true; }

  void visit(const CmdInstruction& cmd) {
    check_form("CMD", cmd.command);
    check_only("CMD");
  }

  void visit(const EntrypointInstruction& entrypoint) {
    check_form("ENTRYPOINT", entrypoint.command);
    check_only("ENTRYPOINT");
  }

  void visit(const HealthcheckInstruction&) { check_only("HEALTHCHECK"); }

  /// Who sets SHELL has decided to have one between the signal and the program.
  void check_form(const std::string& keyword, const CommandLine& command) {
    if (has_shell_ || command.form == CommandLine::Form::kExec) return;
    warn("JSONArgsRecommended", "JSON arguments recommended for " + keyword +
                                    " to prevent unintended behavior related to OS signals");
  }

  /// The earlier of two is the one that has no effect, and is marked.
  void check_only(const std::string& keyword) {
    const auto [last, first_one] = last_.emplace(keyword, range_);
    if (first_one) return;
    const SourceRange current = std::exchange(range_, last->second);
    warn("MultipleInstructionsDisallowed",
         "Multiple " + keyword +
             " instructions should not be used in the same stage because only the last one will "
             "be used");
    range_ = last->second = current;
  }

  void visit(const WorkdirInstruction& workdir) {
    const bool absolute = workdir.path.starts_with('/') || workdir.path.starts_with('$');
    if (!absolute && !has_workdir_) {
      warn("WorkdirRelativePath",
           "Relative workdir \"" + workdir.path +
               "\" can have unexpected results if the base image changes",
           workdir.path);
    }
    has_workdir_ = true;
  }

  void visit(const MaintainerInstruction&) {
    warn("MaintainerDeprecated",
         "Maintainer instruction is deprecated in favor of using label: write LABEL "
         "org.opencontainers.image.authors=...");
  }

  void visit(const ExposeInstruction& expose) {
    for (const auto& port : expose.ports) {
      const auto slash = port.rfind('/');
      const std::string protocol = slash == std::string::npos ? "" : port.substr(slash + 1);
      if (protocol != lower(protocol) && protocol.find('$') == std::string::npos) {
        warn("ExposeProtoCasing",
             "Defined protocol '" + port + "' in EXPOSE instruction should be lowercase", port);
      }
      if (port.find(':') != std::string::npos && port.find('$') == std::string::npos) {
        warn("ExposeInvalidFormat",
             "EXPOSE instruction should not define an IP address or host-port mapping, found '" +
                 port + "'",
             port);
      }
    }
  }

  void warn(const char* rule, std::string message, std::string word = {}) {
    warnings_.push_back({rule, std::move(message), range_, std::move(word)});
  }

  SourceRange range_;
  bool has_workdir_ = false;
  bool has_shell_ = false;
  std::set<std::string> workdirs_;           ///< the stages that have a WORKDIR
  std::set<std::string> shells_;             ///< the stages that have a SHELL
  std::map<std::string, SourceRange> last_;  ///< where an instruction that counts once stood
  std::vector<LintWarning> warnings_;
};

void check_casing(const Dockerfile& dockerfile, std::vector<LintWarning>& warnings) {
  int lower_case = 0;
  int upper_case = 0;
  for (const auto& node : dockerfile.nodes) {
    lower_case += node.keyword == lower(node.keyword) ? 1 : 0;
    upper_case += node.keyword == upper(node.keyword) ? 1 : 0;
  }
  const bool want_lower = lower_case > upper_case;
  for (const auto& node : dockerfile.nodes) {
    const std::string wanted = want_lower ? lower(node.keyword) : upper(node.keyword);
    if (node.keyword == wanted) continue;
    warnings.push_back({"ConsistentInstructionCasing",
                        "Command '" + node.keyword +
                            "' should match the case of the command majority (" +
                            (want_lower ? "lowercase" : "uppercase") + ")",
                        node.range, node.keyword});
  }
}

void check_key_values(const Node& node, std::vector<LintWarning>& warnings) {
  const std::string keyword = upper(node.keyword);
  if (keyword != "ENV" && keyword != "LABEL") return;
  const auto first = split_first(node.arguments).first;
  if (first.find('=') != std::string_view::npos) return;
  warnings.push_back({"LegacyKeyValueFormat",
                      "\"" + keyword + " key=value\" should be used instead of legacy \"" +
                          keyword + " key value\" format",
                      node.range, std::string(first)});
}

}  // namespace

std::vector<LintWarning> lint_instructions(const StageList& stages) {
  return InstructionLinter().run(stages);
}

std::vector<LintWarning> lint_spelling(const Dockerfile& dockerfile) {
  std::vector<LintWarning> warnings;
  for (const int line : dockerfile.empty_continuation_lines) {
    warnings.push_back({"NoEmptyContinuation", "Empty continuation line", {line, line}, ""});
  }
  check_casing(dockerfile, warnings);
  for (const auto& node : dockerfile.nodes) check_key_values(node, warnings);
  return warnings;
}

}  // namespace bale::builder
