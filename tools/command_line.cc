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

oci::Error usage_error(std::string what, std::string hint) {
  return {oci::ErrorCode::kInvalid, std::move(what), std::move(hint)};
}

/// The commands that were named, outermost first: `bale`, `bale manifest`, `bale manifest create`.
std::vector<const CLI::App*> named_commands(const CLI::App& app) {
  std::vector<const CLI::App*> named{&app};
  for (auto inner = app.get_subcommands(); !inner.empty();) {
    named.push_back(inner.front());
    inner = inner.front()->get_subcommands();
  }
  return named;
}

/// What is wrong with a command line, in bale's words where CLI11's name no remedy.
oci::Error explained(const CLI::App& app, const CLI::ParseError& error) {
  const auto commands = named_commands(app);
  std::string name;
  Words options;
  for (const CLI::App* command : commands) {
    name += (name.empty() ? "" : " ") + command->get_name();
    const Words own = option_names(*command);
    options.insert(options.end(), own.begin(), own.end());
  }
  const std::string help = name + " --help";
  const auto suggestion = [&help](const std::string& word, const Words& known) {
    const std::string near = oci::nearest(word, known);
    return near.empty() ? help + " lists what there is" : "did you mean \"" + near + "\"?";
  };
  const Words known_commands = command_names(*commands.back());
  for (const auto& word : app.remaining(true)) {
    if (word.starts_with('-')) {
      const std::string option = word.substr(0, word.find('='));
      return usage_error("unknown option " + option, suggestion(option, options));
    }
    if (known_commands.empty()) {
      return usage_error("unexpected argument \"" + word + "\"", "see " + help);
    }
    const std::string path = commands.size() == 1 ? "" : commands.back()->get_name() + " ";
    return usage_error("unknown command \"" + path + word + "\"", suggestion(word, known_commands));
  }
  return usage_error(error.what(), "see " + help);
}

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
    throw explained(*app_, error);
  }
  return chosen_;
}

}  // namespace bale::tools
