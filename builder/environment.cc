// SPDX-License-Identifier: Apache-2.0
#include "builder/environment.h"

namespace bale::builder {

Environment::Environment(const std::vector<std::string>& lines) {
  for (const std::string_view line : lines) {
    const auto equals = line.find('=');
    const bool has_value = equals != std::string_view::npos;
    set(line.substr(0, equals), has_value ? line.substr(equals + 1) : std::string_view());
  }
}

void Environment::set(std::string_view name, std::string_view value) {
  const auto [place, added] = places_.try_emplace(std::string(name), lines_.size());
  std::string line = std::string(name).append("=").append(value);
  if (added) {
    lines_.push_back(std::move(line));
  } else {
    lines_[place->second] = std::move(line);
  }
}

std::optional<std::string> Environment::get(std::string_view name) const {
  const auto place = places_.find(name);
  if (place == places_.end()) return std::nullopt;
  return lines_[place->second].substr(name.size() + 1);
}

std::vector<std::string> Environment::names() const {
  std::vector<std::string> result;
  for (const auto& [name, place] : places_) result.push_back(name);
  return result;
}

}  // namespace bale::builder
