// SPDX-License-Identifier: Apache-2.0
#include "builder/check_directive.h"

#include <algorithm>

#include "builder/words.h"
#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (;;) {
    const auto end = text.find(separator);
    if (const auto part = trim(text.substr(0, end)); !part.empty()) parts.push_back(part);
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

WarningsAre parse_severity(std::string_view value) {
  if (equal_ignoring_case(value, "true")) return WarningsAre::kErrors;
  if (equal_ignoring_case(value, "false")) return WarningsAre::kWarnings;
  throw oci::Error(
      oci::ErrorCode::kInvalid,
      "error= of the check directive is true or false, not \"" + std::string(value) + "\"");
}

void set_option(CheckDirective& into, std::string_view option) {
  const auto equals = std::min(option.find('='), option.size());
  const std::string key = lower(trim(option.substr(0, equals)));
  const auto value = trim(option.substr(std::min(equals + 1, option.size())));
  if (key == "skip") {
    for (const auto rule : split(value, ',')) into.skipped.insert(lower(rule));
    into.skips_all = into.skipped.count("all") != 0;
  } else if (key == "error") {
    into.severity = parse_severity(value);
  } else if (key != "experimental") {  // there are no such rules here to turn on
    const std::string near = oci::nearest(key, {"skip", "error", "experimental"});
    throw oci::Error(oci::ErrorCode::kInvalid, "the check directive has no option \"" + key + "\"",
                     near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
}

}  // namespace

CheckDirective CheckDirective::parse(std::string_view text) {
  CheckDirective result;
  for (const auto option : split(text, ';')) set_option(result, option);
  return result;
}

CheckDirective CheckDirective::of(const Dockerfile& dockerfile) {
  try {
    return parse(dockerfile.directives.check);
  } catch (const oci::Error& error) {
    const SourceRange above{1, dockerfile.nodes.front().range.first_line};
    throw at_source(error, dockerfile.source, above, dockerfile.directives.check);
  }
}

std::vector<LintWarning> CheckDirective::select(std::vector<LintWarning> warnings) const {
  const auto is_skipped = [this](const LintWarning& warning) {
    return skips_all || skipped.count(lower(warning.rule)) != 0;
  };
  warnings.erase(std::remove_if(warnings.begin(), warnings.end(), is_skipped), warnings.end());
  return warnings;
}

}  // namespace bale::builder
