// SPDX-License-Identifier: Apache-2.0
#include "tools/command_line.h"

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

std::string suggestion(const std::string& word, const Words& known) {
  const std::string near = oci::nearest(word, known);
  return near.empty() ? "bale --help lists what there is" : "did you mean \"" + near + "\"?";
}

oci::Error usage_error(std::string what, std::string hint) {
  return {oci::ErrorCode::kInvalid, std::move(what), std::move(hint)};
}

/// What is wrong with a command line, in bale's words where CLI11's name no remedy.
oci::Error explained(CLI::App& app, const CLI::ParseError& error) {
  const auto commands = app.get_subcommands();
  const CLI::App* command = commands.empty() ? nullptr : commands.front();
  const std::string help =
      "see bale " + (command == nullptr ? "" : command->get_name() + " ") + "--help";
  for (const auto& word : app.remaining(true)) {
    if (word.starts_with('-')) {
      Words options = option_names(app);
      if (command != nullptr) {
        const Words own = option_names(*command);
        options.insert(options.end(), own.begin(), own.end());
      }
      const std::string name = word.substr(0, word.find('='));
      return usage_error("unknown option " + name, suggestion(name, options));
    }
    if (command != nullptr) return usage_error("unexpected argument \"" + word + "\"", help);
    return usage_error("unknown command \"" + word + "\"", suggestion(word, command_names(app)));
  }
  return usage_error(error.what(), help);
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
  return Option(app_->add_flag(flags + "{true}", target, help));
}

Option Command::text(const std::string& flags, std::string& target, const std::string& type,
                     const std::string& help) const {
  return Option(app_->add_option(flags, target, help)->type_name(type));
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
    app_->parse(argc, argv);
  } catch (const CLI::Success& success) {
    app_->exit(success);
    return std::nullopt;
  } catch (const CLI::ParseError& error) {
    throw explained(*app_, error);
  }
  return chosen_;
}

}  // namespace bale::tools
