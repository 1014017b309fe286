// SPDX-License-Identifier: Apache-2.0
#include "builder/stage_scope.h"

#include <algorithm>
#include <array>

#include "builder/words.h"

namespace bale::builder {

namespace {

constexpr std::string_view kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

constexpr std::array<std::string_view, 5> kProxies = {"HTTP_PROXY", "HTTPS_PROXY", "FTP_PROXY",
                                                      "NO_PROXY", "ALL_PROXY"};

bool is_proxy(std::string_view name) {
  return std::find(kProxies.begin(), kProxies.end(), name) != kProxies.end();
}

}  // namespace

StageScope::StageScope(const std::vector<std::string>& config_env) : variables_(config_env) {
  // A command finds its programs even in an image that says nothing of PATH.
  if (!variables_.has("PATH")) variables_.set("PATH", kDefaultPath);
}

void StageScope::declare_arg(std::string_view name, const std::optional<std::string>& value) {
  if (value) variables_.set(name, *value);
  args_.emplace_back(name);
}

bool StageScope::declares(std::string_view name) const {
  return std::find(args_.begin(), args_.end(), name) != args_.end();
}

std::vector<std::string> StageScope::arg_lines() const {
  std::vector<std::string> lines;
  for (const auto& name : args_) lines.push_back(name + "=" + variables_.get(name).value_or(""));
  return lines;
}

std::vector<std::string> proxy_environment(const std::map<std::string, std::string>& build_args,
                                           const StageScope& scope) {
  std::vector<std::string> lines;
  for (const auto& [name, value] : build_args) {
    const std::string capitals = upper(name);
    if (!is_proxy(capitals) || (name != capitals && name != lower(name))) continue;
    for (const auto& spelling : {capitals, lower(name)}) {
      // What the build was given under exactly that name is meant for it.
      const bool given = spelling != name && build_args.count(spelling) != 0;
      if (!given && !scope.get(spelling)) lines.push_back(spelling + "=" + value);
    }
  }
  return lines;
}

}  // namespace bale::builder
