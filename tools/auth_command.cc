// SPDX-License-Identifier: Apache-2.0
#include <memory>
#include <string>

#include <fmt/format.h>

#include "oci/printable.h"
#include "registry/auth_check.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"
#include "tools/registry_name.h"

namespace bale::tools {

namespace {

std::string to_text(const registry::AuthReport::Finding& finding) {
  if (finding.verdict == registry::AuthReport::Verdict::kAllowed) return finding.what + ": yes\n";
  std::string text = fmt::format("{}: no\n  {}\n", finding.what, oci::printable(finding.answer));
  if (!finding.reason.empty()) text += fmt::format("  {}\n", finding.reason);
  return text;
}

int check(Program& program, const std::string& text) {
  const auto name = registry_name(text);
  program.set_push_hosts({name.host});
  using Access = registry::Repository::Access;
  const auto report = registry::check_access(program.repository(name, Access::kPull),
                                             program.repository(name, Access::kPush));
  for (const auto& finding : report.findings) print(to_text(finding));
  return report.allowed() ? exit_status::kDone : exit_status::kDenied;
}

}  // namespace

void add_auth_command(const Command& bale) {
  auto name = std::make_shared<std::string>();  // shared with the action
  const Command command = bale.group("auth", "Credentials");
  const Command check_command = command.subcommand(
      "check", "Say whether a repository may be pulled from and pushed to, and why not");
  check_command.argument("REPO", *name, "The repository").required();
  check_command.runs(check, name);
}

}  // namespace bale::tools
