// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// Variables in the order in which they were first set; setting one again keeps its place.
class Environment {
 public:
  Environment() = default;
  /// From NAME=VALUE texts, as an image's config has them.
  explicit Environment(const std::vector<std::string>& lines);

  void set(std::string_view name, std::string_view value);
  std::optional<std::string> get(std::string_view name) const;
  bool has(std::string_view name) const { return places_.find(name) != places_.end(); }
  std::vector<std::string> names() const;
  /// NAME=VALUE each.
  const std::vector<std::string>& lines() const { return lines_; }

 private:
  std::vector<std::string> lines_;
  std::map<std::string, std::size_t, std::less<>> places_;
};

}  // namespace bale::builder
