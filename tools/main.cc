// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <exception>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>

#include "oci/nearest.h"
#include "tools/command.h"
#include "tools/exit_status.h"
#include "tools/interrupt.h"
#include "tools/program.h"
#include "tools/terminal.h"

namespace bale::tools {
namespace {

void add_commands(CLI::App& app, Action& chosen) {
  add_build_command(app, chosen);
  add_push_command(app, chosen);
  add_pull_command(app, chosen);
  add_copy_command(app, chosen);
  add_images_command(app, chosen);
  add_tag_command(app, chosen);
  add_inspect_command(app, chosen);
  add_login_command(app, chosen);
  add_attach_command(app, chosen);
  add_auth_command(app, chosen);
  add_blob_command(app, chosen);
  add_delete_command(app, chosen);
  add_digest_command(app, chosen);
  add_logout_command(app, chosen);
  add_referrers_command(app, chosen);
  add_sync_command(app, chosen);
  add_tags_command(app, chosen);
  add_untag_command(app, chosen);
  add_manifest_command(app, chosen);
  add_mutate_command(app, chosen);
  add_validate_command(app, chosen);
  add_verify_command(app, chosen);
}

std::vector<std::string> known_options(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* option : app.get_options()) {
    for (const auto& name : option->get_lnames()) names.push_back("--" + name);
  }
  return names;
}

std::vector<std::string> known_commands(const CLI::App& app) {
  std::vector<std::string> names;
  for (const auto* command : app.get_subcommands(nullptr)) names.push_back(command->get_name());
  return names;
}

std::string suggestion(const std::string& word, const std::vector<std::string>& known) {
  const std::string near = oci::nearest(word, known);
  return near.empty() ? "bale --help lists what there is" : "did you mean \"" + near + "\"?";
}

/// What is wrong with a command line, in bale's words where CLI11's name no remedy.
oci::Error usage_error(CLI::App& app, const CLI::ParseError& error) {
  const auto commands = app.get_subcommands();
  auto options = known_options(app);
  if (!commands.empty()) {
    const auto own = known_options(*commands.front());
    options.insert(options.end(), own.begin(), own.end());
  }
  for (const auto& word : app.remaining(true)) {
    if (word.starts_with('-')) {
      const std::string name = word.substr(0, word.find('='));
      return {oci::ErrorCode::kInvalid, "unknown option " + name, suggestion(name, options)};
    }
    if (commands.empty()) {
      return {oci::ErrorCode::kInvalid, "unknown command \"" + word + "\"",
              suggestion(word, known_commands(app))};
    }
    return {oci::ErrorCode::kInvalid, "unexpected argument \"" + word + "\"",
            "see bale " + commands.front()->get_name() + " --help"};
  }
  return {oci::ErrorCode::kInvalid, error.what(),
          commands.empty() ? "see bale --help"
                           : "see bale " + commands.front()->get_name() + " --help"};
}

int run(Program& program, const Action& action) {
  const bool color = wants_color(program.options().terminal.color);
  try {
    return action(program);
  } catch (const oci::Error& error) {
    program.end_progress();
    print_error(error, color);
    return exit_status_of(error.code());
  } catch (const std::exception& error) {
    program.end_progress();
    print_error(oci::Error(oci::ErrorCode::kFailed, error.what()), color);
    return exit_status::kFailed;
  }
}

int main_with(int argc, char** argv) {
  const Interrupt interrupt;
  GlobalOptions options;
  Action action;
  CLI::App app("A native OCI image and manifest toolkit", "bale");
  app.set_version_flag("--version", std::string("bale ") + BALE_VERSION);
  app.fallthrough();
  app.require_subcommand(1);
  add_global_options(app, options);
  add_commands(app, action);
  try {
    app.parse(argc, argv);
  } catch (const CLI::Success& success) {
    return app.exit(success);
  } catch (const CLI::ParseError& error) {
    print_error(usage_error(app, error), wants_color(options.terminal.color));
    return exit_status::kUsage;
  }
  Program program(options, interrupt.token());
  return run(program, action);
}

}  // namespace
}  // namespace bale::tools

int main(int argc, char** argv) { return bale::tools::main_with(argc, argv); }
