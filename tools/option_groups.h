// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "oci/error.h"
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

/// KEY=VALUE of a repeatable option; of one key the last counts. Throws kInvalid for anything else,
/// naming the option.
inline std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts,
                                                      const std::string& option) {
  std::map<std::string, std::string> pairs;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos) {
      throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": not KEY=VALUE");
    }
    pairs[text.substr(0, equals)] = text.substr(equals + 1);
  }
  return pairs;
}

}  // namespace bale::tools
