// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <exception>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "oci/error.h"
#include "tools/command_line.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/interrupt.h"
#include "tools/program.h"
#include "tools/terminal.h"

namespace bale::tools {
namespace {

struct NamedCommand {
  std::string_view name;
  void (*add)(const Command& bale);
};

constexpr NamedCommand kCommands[] = {
    {"build", add_build_command},         {"push", add_push_command},
    {"pull", add_pull_command},           {"copy", add_copy_command},
    {"images", add_images_command},       {"tag", add_tag_command},
    {"inspect", add_inspect_command},     {"login", add_login_command},
    {"attach", add_attach_command},       {"auth", add_auth_command},
    {"blob", add_blob_command},           {"delete", add_delete_command},
    {"digest", add_digest_command},       {"logout", add_logout_command},
    {"referrers", add_referrers_command}, {"sync", add_sync_command},
    {"tags", add_tags_command},           {"untag", add_untag_command},
    {"manifest", add_manifest_command},   {"mutate", add_mutate_command},
    {"validate", add_validate_command},   {"verify", add_verify_command},
    {"serve", add_serve_command},
};

using Arguments = std::span<char* const>;

bool has(Arguments arguments, std::string_view word) {
  return std::find(arguments.begin(), arguments.end(), word) != arguments.end();
}

enum class Commands { kNamed, kAll };

/// kNamed: of all commands only those whose names are among the arguments, since declaring every
/// option of all of them takes longer than many a command does.
std::optional<Action> parse(Arguments arguments, Commands which, GlobalOptions& options) {
  options = {};
  CommandLine line("bale", "A native OCI image and manifest toolkit",
                   std::string("bale ") + BALE_VERSION);
  add_global_options(line.root(), options);
  for (const auto& [name, add] : kCommands)
    if (which == Commands::kAll || has(arguments, name)) add(line.root());
  return line.parse(static_cast<int>(arguments.size()), arguments.data());
}

std::optional<Action> parse(Arguments arguments, GlobalOptions& options) {
  if (!has(arguments, "--help") && !has(arguments, "-h")) {
    try {
      return parse(arguments, Commands::kNamed, options);
    } catch (const oci::Error&) {
      // It is said with all commands in view: which one comes near to what was written.
    }
  }
  return parse(arguments, Commands::kAll, options);
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
  occupy_closed_streams();
  const Interrupt interrupt;
  GlobalOptions options;
  std::optional<Action> action;
  try {
    action = parse({argv, static_cast<std::size_t>(argc)}, options);
  } catch (const oci::Error& error) {
    print_error(error, wants_color(options.terminal.color));
    return exit_status_of(error.code());
  }
  if (!action) return exit_status::kDone;
  Program program(options, interrupt.token());
  return run(program, *action);
}

}  // namespace
}  // namespace bale::tools

int main(int argc, char** argv) { return bale::tools::main_with(argc, argv); }
