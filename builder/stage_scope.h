// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/environment.h"

namespace bale::builder {

/// The variables that one place of a stage sees: those of ENV and ARG in one space of names, in
/// which the later of the two wins.
class StageScope {
 public:
  explicit StageScope(const std::vector<std::string>& config_env);

  void set_env(std::string_view name, std::string_view value) { variables_.set(name, value); }
  /// An ARG without any value is declared all the same: the history names it.
  void declare_arg(std::string_view name, const std::optional<std::string>& value);

  std::optional<std::string> get(std::string_view name) const { return variables_.get(name); }
  const Environment& variables() const { return variables_; }
  /// Whether an ARG has the name, with a value or without.
  bool declares(std::string_view name) const;
  /// NAME=VALUE of each ARG in the order of their declarations, as RUN has them in the history.
  std::vector<std::string> arg_lines() const;

 private:
  Environment variables_;
  std::vector<std::string> args_;
};

/// The build arguments that are proxies (`HTTP_PROXY`, `no_proxy`, ...) and that no ARG declared,
/// each in both cases, NAME=VALUE.
std::vector<std::string> proxy_environment(const std::map<std::string, std::string>& build_args,
                                           const StageScope& scope);

}  // namespace bale::builder
