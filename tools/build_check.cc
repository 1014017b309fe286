// SPDX-License-Identifier: Apache-2.0
#include "tools/build_check.h"

#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "oci/printable.h"
#include "tools/exit_status.h"
#include "tools/terminal.h"

namespace bale::tools {

namespace {

void warn_of_unused_arguments(Program& program, const builder::CheckReport& report) {
  const auto& names = report.unused_build_args;
  if (names.empty()) return;
  program.progress().warn(fmt::format("no ARG asks for the build argument{} {}",
                                      names.size() == 1 ? "" : "s", fmt::join(names, ", ")));
}

std::string summary(std::size_t warnings) {
  if (warnings == 0) return "no warnings\n";
  return fmt::format("{} warning{}\n", warnings, warnings == 1 ? "" : "s");
}

/// Texts of several lines, each made safe for a terminal.
std::string printable_lines(std::string_view text) {
  std::string result;
  while (true) {
    const auto end = text.find('\n');
    result += oci::printable(text.substr(0, end)) + "\n";
    if (end == std::string_view::npos) return result;
    text.remove_prefix(end + 1);
  }
}

}  // namespace

int run_check(Program& program, StoreImageResolver& images, const builder::BuildRequest& request) {
  const auto find_config = [&](const builder::BaseImage& image) -> std::optional<oci::ImageConfig> {
    try {
      return images.resolve(image, program.stop()).config.value;
    } catch (const oci::Error& error) {
      if (error.code() == oci::ErrorCode::kInterrupted) throw;
      program.progress().debug(std::string("not checked against its variables: ") + error.what());
      return std::nullopt;
    }
  };
  const auto report = builder::check_request(request, find_config);
  std::string text;
  for (const auto& warning : report.warnings) {
    text += printable_lines(builder::describe(warning, request.dockerfile.source)) + "\n";
  }
  print(text + summary(report.warnings.size()));
  warn_of_unused_arguments(program, report);
  builder::require_clean(report);
  return report.warnings.empty() ? exit_status::kDone : exit_status::kFailed;
}

void report_checks(Program& program, const builder::BuildRequest& request,
                   const builder::CheckReport& report) {
  for (const auto& warning : report.warnings) {
    program.progress().warn(builder::describe(warning, request.dockerfile.source));
  }
  warn_of_unused_arguments(program, report);
  builder::require_clean(report);
}

}  // namespace bale::tools
