// SPDX-License-Identifier: Apache-2.0
#include <exception>
#include <optional>
#include <string>

#include "oci/error.h"
#include "tools/command_line.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/interrupt.h"
#include "tools/program.h"
#include "tools/terminal.h"

namespace bale::tools {
namespace {

void add_commands(const Command& bale) {
  for (const auto add : {
           add_build_command,    add_push_command,   add_pull_command,      add_copy_command,
           add_images_command,   add_tag_command,    add_inspect_command,   add_login_command,
           add_attach_command,   add_auth_command,   add_blob_command,      add_delete_command,
           add_digest_command,   add_logout_command, add_referrers_command, add_sync_command,
           add_tags_command,     add_untag_command,  add_manifest_command,  add_mutate_command,
           add_validate_command, add_verify_command, add_serve_command,
       }) {
    add(bale);
  }
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
  CommandLine line("bale", "A native OCI image and manifest toolkit",
                   std::string("bale ") + BALE_VERSION);
  add_global_options(line.root(), options);
  add_commands(line.root());
  std::optional<Action> action;
  try {
    action = line.parse(argc, argv);
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
