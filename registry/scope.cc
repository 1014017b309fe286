// SPDX-License-Identifier: Apache-2.0
#include "registry/scope.h"

#include <algorithm>
#include <utility>

namespace bale::registry {

namespace {

std::vector<std::string_view> split(std::string_view text, char separator) {
  std::vector<std::string_view> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(separator, at), text.size());
    if (end > at) parts.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return parts;
}

}  // namespace

Scopes Scopes::repository(std::string_view name, std::set<std::string> actions) {
  Scopes scopes;
  scopes.actions_.emplace("repository:" + std::string(name), std::move(actions));
  return scopes;
}

Scopes Scopes::parse(std::string_view text) {
  Scopes scopes;
  for (const std::string_view part : split(text, ' ')) {
    // The name in the middle may contain colons (HOST:PORT/...): the outer two count.
    const std::size_t first = part.find(':');
    const std::size_t last = part.rfind(':');
    if (first == std::string_view::npos || first == last) continue;
    std::set<std::string> actions;
    for (const std::string_view action : split(part.substr(last + 1), ',')) {
      actions.emplace(action);
    }
    Scopes one;
    one.actions_.emplace(part.substr(0, last), std::move(actions));
    scopes.merge(one);
  }
  return scopes;
}

bool Scopes::contains(const Scopes& other) const {
  Scopes both = *this;
  both.merge(other);
  return both == *this;
}

void Scopes::merge(const Scopes& other) {
  for (const auto& [resource, actions] : other.actions_) {
    auto& mine = actions_[resource];
    mine.insert(actions.begin(), actions.end());
    if (mine.count("*") > 0) mine = {"*"};
  }
}

std::vector<std::string> Scopes::to_strings() const {
  std::vector<std::string> texts;
  for (const auto& [resource, actions] : actions_) {
    std::string text = resource;
    char separator = ':';
    for (const std::string& action : actions) {
      text += separator + action;
      separator = ',';
    }
    texts.push_back(std::move(text));
  }
  return texts;
}

}  // namespace bale::registry
