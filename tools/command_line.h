// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace CLI {
class App;
class Option;
}  // namespace CLI

namespace bale::tools {

class Program;

/// What the command line asked for: returns the exit status.
using Action = std::function<int(Program&)>;

/// One option of a command, to say more of it. A handle: cheap to copy, valid as long as the
/// command line.
class Option {
 public:
  explicit Option(CLI::Option* option) : option_(option) {}

  Option required() const;
  /// It may not be given together with `other`.
  Option excludes(Option other) const;
  /// It may only be given together with `other`.
  Option needs(Option other) const;
  /// Its number must be one of these.
  Option between(std::size_t low, std::size_t high) const;
  /// One value may be many, with commas between them.
  Option split_at_commas() const;
  /// The heading that --help shows it under.
  Option under(const std::string& heading) const;

 private:
  CLI::Option* option_;
};

/// A command whose options are being declared. What is passed as a target is set when the command
/// line is parsed, and must live until then. `flags` are "-q,--quiet", or the name of an argument
/// by its place; `type` is what --help calls the value. A handle, as Option is.
class Command {
 public:
  Command(CLI::App* app, Action* chosen) : app_(app), chosen_(chosen) {}

  Command subcommand(const std::string& name, const std::string& help) const;
  /// A command that only groups others: one of them must follow.
  Command group(const std::string& name, const std::string& help) const;

  Option argument(const std::string& name, std::string& target, const std::string& help) const;
  Option argument(const std::string& name, std::vector<std::string>& target,
                  const std::string& help) const;

  Option flag(const std::string& flags, bool& target, const std::string& help) const;
  /// `--name`, `--name=true` or `--name=false`.
  Option flag(const std::string& flags, std::optional<bool>& target, const std::string& help) const;
  /// A value that says something: an empty one is refused.
  Option text(const std::string& flags, std::string& target, const std::string& type,
              const std::string& help) const;
  /// A value that may be empty, which is not the same as none.
  Option text(const std::string& flags, std::optional<std::string>& target, const std::string& type,
              const std::string& help) const;
  /// The value may only follow as `--name=VALUE`; `--name` alone means `implied`, so that no
  /// argument after it is swallowed.
  Option text_or_flag(const std::string& flags, std::string& target, const std::string& implied,
                      const std::string& help) const;
  Option number(const std::string& flags, std::optional<std::size_t>& target,
                const std::string& help) const;
  /// Repeatable, one value each time.
  Option list(const std::string& flags, std::vector<std::string>& target, const std::string& type,
              const std::string& help) const;
  /// Repeatable: every value goes to `take`, which throws oci::Error for one that it refuses.
  Option each(const std::string& flags, std::function<void(const std::string&)> take,
              const std::string& type, const std::string& help) const;
  /// A word for each value of an enum. `words` must live as long as `target`.
  template <typename T>
  Option choice(const std::string& flags, T& target, const std::map<std::string, T>& words,
                const std::string& help) const {
    std::vector<std::string> known;
    for (const auto& [word, value] : words) known.push_back(word);
    return one_of(
        flags, known, [&target, &words](const auto& word) { target = words.at(word); }, help);
  }

  /// What happens when the command line names this command; `options` stay alive for it.
  template <typename Options>
  void runs(int (*flow)(Program&, const Options&), std::shared_ptr<Options> options) const {
    runs([flow, options](Program& program) { return flow(program, *options); });
  }

 private:
  void runs(Action action) const;
  Option one_of(const std::string& flags, const std::vector<std::string>& words,
                std::function<void(const std::string&)> take, const std::string& help) const;

  CLI::App* app_;
  Action* chosen_;
};

/// The command line of the program: commands and options are declared first, then it is parsed,
/// once. The one place that knows CLI11, whose headers take seconds in each file that includes
/// them. For the main thread.
class CommandLine {
 public:
  /// `version` is what --version prints.
  CommandLine(const std::string& name, const std::string& help, const std::string& version);
  ~CommandLine();
  CommandLine(const CommandLine&) = delete;
  CommandLine& operator=(const CommandLine&) = delete;

  /// Its options may stand before and after the name of a command.
  Command root();

  /// What was asked for; nothing where that was help or the version, which have been printed.
  /// Throws kInvalid for a command line that means nothing, with what may have been meant.
  std::optional<Action> parse(int argc, const char* const* argv);

 private:
  std::unique_ptr<CLI::App> app_;
  Action chosen_;
};

}  // namespace bale::tools
