// SPDX-License-Identifier: Apache-2.0
#include "tools/option_values.h"

#include <fmt/format.h>

#include "oci/error.h"

namespace bale::tools {

std::vector<oci::Platform> parse_platforms(const std::vector<std::string>& lists) {
  if (lists.empty()) return {};
  return oci::Platform::parse_list(fmt::format("{}", fmt::join(lists, ",")));
}

std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts,
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
