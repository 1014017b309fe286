// SPDX-License-Identifier: Apache-2.0
#include "tools/command_line.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include <CLI/CLI.hpp>

#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::tools {

namespace {

using Words = std::vector<std::string>;

Words option_names(const CLI::App& app) {
  Words names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

Words command_names(const CLI::App& app) {
  Words names;
  for (const auto* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

/// What is wrong with a command line, in bale's words where CLI11's name no remedy.
class UsageError {
 public:
  /// Of the command that was named, as far as that was understood.
  explicit UsageError(const CLI::App& app) : unknown_(app.remaining(true)) {
    enter(app);
    for (auto inner = app.get_subcommands(); !inner.empty(); inner = command_->get_subcommands()) {
      enter(*inner.front());
    }
  }

  oci::Error explained(const CLI::ParseError& error) const {
    if (unknown_.empty()) return made(error.what(), "see " + help());
    const std::string& word = unknown_.front();
    if (word.starts_with('-')) {
      const std::string option = word.substr(0, word.find('='));
      return made("unknown option " + option, suggestion(option, options_));
    }
    const Words commands = command_names(*command_);
    if (commands.empty()) return made("unexpected argument \"" + word + "\"", "see " + help());
    return made("unknown command \"" + group_ + word + "\"", suggestion(word, commands));
  }

 private:
  void enter(const CLI::App& command) {
    if (command_ != nullptr) group_ += command.get_name() + " ";
    path_ += command.get_name() + " ";
    command_ = &command;
    const Words own = option_names(command);
    options_.insert(options_.end(), own.begin(), own.end());
  }

  std::string help() const { return path_ + "--help"; }

  std::string suggestion(const std::string& word, const Words& known) const {
    const std::string near = oci::nearest(word, known);
    return near.empty() ? help() + " lists what there is" : "did you mean \"" + near + "\"?";
  }

  static oci::Error made(std::string what, std::string hint) {
    return {oci::ErrorCode::kInvalid, std::move(what), std::move(hint)};
  }

  const Words unknown_;
  const CLI::App* command_ = nullptr;  // the innermost
  std::string path_;                   // `bale manifest create `
  std::string group_;                  // the same without the program
  Words options_;                      // of all on the way
};

/// Adds no second "..." to arguments that are called `SRC... DST`.
class HelpFormatter final : public CLI::Formatter {
 public:
  std::string make_option_usage(const CLI::Option* option) const override {
    const std::string name = option->get_name(/*positional=*/true);
    const bool says_how_many = name.find("...") != std::string::npos;
    return says_how_many ? name : CLI::Formatter::make_option_usage(option);
  }
};

/// Mostly a variable of a script that was not set: taken for no option at all it would switch off
/// what the option guards.
std::string refuse_empty(const std::string& value) {
  return value.empty() ? "the value is empty" : "";
}

/// The words in CLI11's order, last one first. It takes `--name=` for a name without a value and
/// the next word for the value.
Words words_to_parse(int argc, const char* const* argv) {
  Words words(argv + 1, argv + argc);
  for (auto at = words.begin(); at != words.end() && *at != "--"; ++at) {
    if (!at->starts_with("--") || at->find('=') != at->size() - 1) continue;
    at->pop_back();
    at = words.insert(at + 1, "");
  }
  std::reverse(words.begin(), words.end());
  return words;
}

}  // namespace

Option Option::required() const { return Option(option_->required()); }
Option Option::excludes(Option other) const { return Option(option_->excludes(other.option_)); }
Option Option::needs(Option other) const { return Option(option_->needs(other.option_)); }
Option Option::between(std::size_t low, std::size_t high) const {
  return Option(option_->check(CLI::Range(low, high)));
}
Option Option::split_at_commas() const { return Option(option_->delimiter(',')); }
Option Option::under(const std::string& heading) const { return Option(option_->group(heading)); }

Command Command::subcommand(const std::string& name, const std::string& help) const {
  return {app_->add_subcommand(name, help), chosen_};
}

Command Command::group(const std::string& name, const std::string& help) const {
  const Command group = subcommand(name, help);
  group.app_->require_subcommand(1);
  return group;
}

Option Command::argument(const std::string& name, std::string& target,
                         const std::string& help) const {
  return Option(app_->add_option(name, target, help));
}

Option Command::argument(const std::string& name, std::vector<std::string>& target,
                         const std::string& help) const {
  return Option(app_->add_option(name, target, help));
}

Option Command::flag(const std::string& flags, bool& target, const std::string& help) const {
  return Option(app_->add_flag(flags, target, help));
}

Option Command::flag(const std::string& flags, std::optional<bool>& target,
                     const std::string& help) const {
  // By a function: CLI11 would give the target a value where the flag is not there, too.
  const auto take = [&target](std::int64_t count) { target = count > 0; };
  return Option(app_->add_flag_function(flags + "{true}", take, help));
}

Option Command::text(const std::string& flags, std::string& target, const std::string& type,
                     const std::string& help) const {
  return Option(app_->add_option(flags, target, help)->type_name(type)->check(refuse_empty));
}

Option Command::text(const std::string& flags, std::optional<std::string>& target,
                     const std::string& type, const std::string& help) const {
  return Option(app_->add_option(flags, target, help)->type_name(type));
}

Option Command::text_or_flag(const std::string& flags, std::string& target,
                             const std::string& implied, const std::string& help) const {
  return Option(app_->add_flag(flags + "{" + implied + "}", target, help));
}

Option Command::number(const std::string& flags, std::optional<std::size_t>& target,
                       const std::string& help) const {
  return Option(app_->add_option(flags, target, help)->type_name("N"));
}

Option Command::list(const std::string& flags, std::vector<std::string>& target,
                     const std::string& type, const std::string& help) const {
  return Option(app_->add_option(flags, target, help)->type_name(type)->allow_extra_args(false));
}

Option Command::each(const std::string& flags, std::function<void(const std::string&)> take,
                     const std::string& type, const std::string& help) const {
  auto take_all = [take = std::move(take)](const Words& values) {
    for (const auto& value : values) take(value);
  };
  return Option(app_->add_option_function<Words>(flags, std::move(take_all), help)
                    ->type_name(type)
                    ->allow_extra_args(false));
}

Option Command::one_of(const std::string& flags, const Words& words,
                       std::function<void(const std::string&)> take,
                       const std::string& help) const {
  return Option(app_->add_option_function<std::string>(flags, std::move(take), help)
                    ->check(CLI::IsMember(words)));
}

void Command::runs(Action action) const {
  app_->callback([chosen = chosen_, action = std::move(action)] { *chosen = action; });
}

CommandLine::CommandLine(const std::string& name, const std::string& help,
                         const std::string& version)
    : app_(std::make_unique<CLI::App>(help, name)) {
  app_->formatter(std::make_shared<HelpFormatter>());
  app_->set_version_flag("--version", version);
  app_->fallthrough();
  app_->require_subcommand(1);
}

CommandLine::~CommandLine() = default;

Command CommandLine::root() { return {app_.get(), &chosen_}; }

std::optional<Action> CommandLine::parse(int argc, const char* const* argv) {
  try {
    app_->parse(words_to_parse(argc, argv));
  } catch (const CLI::Success& success) {
    app_->exit(success);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw UsageError(*app_).explained(error);
  }
  return chosen_;
}

}  // namespace bale::tools
