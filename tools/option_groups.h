// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "oci/platform.h"

namespace bale::tools {

/// An option with one value. With `implied`, the value may only follow as `--name=VALUE`, and
/// `--name` alone means `implied`, so that no argument after it is swallowed.
inline CLI::Option* add_text(CLI::App& command, const std::string& name, std::string& target,
                             const std::string& type, const std::string& help,
                             const std::string& implied = {}) {
  if (!implied.empty()) return command.add_flag(name + "{" + implied + "}", target, help);
  return command.add_option(name, target, help)->type_name(type);
}

/// A repeatable option, one value each time.
inline CLI::Option* add_list(CLI::App& command, const std::string& name,
                             std::vector<std::string>& target, const std::string& type,
                             const std::string& help) {
  return command.add_option(name, target, help)->type_name(type)->allow_extra_args(false);
}

/// The platforms of a repeatable option that also takes lists; none where it was not given.
inline std::vector<oci::Platform> parse_platforms(const std::vector<std::string>& lists) {
  if (lists.empty()) return {};
  return oci::Platform::parse_list(fmt::format("{}", fmt::join(lists, ",")));
}

}  // namespace bale::tools
