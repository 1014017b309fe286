// SPDX-License-Identifier: Apache-2.0
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "registry/login.h"
#include "registry/user_keychain.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"

namespace bale::tools {

namespace {

std::vector<std::filesystem::path> files_of(const GlobalOptions& options) {
  if (!options.authfile.empty()) return {options.authfile};
  return registry::auth_file_paths(registry::process_environment);
}

int logout(Program& program, const std::string& host) {
  bool known = false;
  for (const auto& file : files_of(program.options())) {
    if (!std::filesystem::exists(file)) continue;
    if (registry::remove_login(file, host)) known = true;
  }
  if (!known) {
    throw oci::Error(oci::ErrorCode::kDenied, "not logged in to " + host);
  }
  print("logged out of " + host + "\n");
  return exit_status::kDone;
}

}  // namespace

void add_logout_command(const Command& bale) {
  auto host = std::make_shared<std::string>();  // shared with the action
  const Command command = bale.subcommand("logout", "Forget the credentials of a registry");
  command.argument("HOST", *host, "The registry").required();
  command.runs(logout, host);
}

}  // namespace bale::tools
