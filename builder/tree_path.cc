// SPDX-License-Identifier: Apache-2.0
#include "builder/tree_path.h"

#include <algorithm>

namespace bale::builder {

std::vector<std::string_view> path_components(std::string_view path) {
  std::vector<std::string_view> components;
  while (!path.empty()) {
    const std::size_t slash = std::min(path.find('/'), path.size());
    if (slash > 0) components.push_back(path.substr(0, slash));
    path.remove_prefix(std::min(slash + 1, path.size()));
  }
  return components;
}

std::string clean_path(std::string_view written) {
  std::string path;
  for (const std::string_view component : path_components(written)) {
    if (component == ".") continue;
    path = component == ".." ? std::string(parent_path(path)) : join_path(path, component);
  }
  return path;
}

std::string_view parent_path(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? std::string_view() : path.substr(0, slash);
}

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

std::string join_path(std::string_view parent, std::string_view child) {
  if (parent.empty()) return std::string(child);
  if (child.empty()) return std::string(parent);
  std::string joined;
  joined.reserve(parent.size() + 1 + child.size());
  return joined.append(parent).append(1, '/').append(child);
}

std::string_view path_below(std::string_view path, std::string_view folder) {
  path.remove_prefix(folder.size());
  if (!folder.empty() && path.starts_with('/')) path.remove_prefix(1);
  return path;
}

bool is_within(std::string_view path, std::string_view folder) {
  if (folder.empty()) return true;
  return path.starts_with(folder) && (path.size() == folder.size() || path[folder.size()] == '/');
}

bool TreeOrder::operator()(std::string_view left, std::string_view right) const noexcept {
  const std::size_t common = std::min(left.size(), right.size());
  const auto [a, b] = std::mismatch(left.begin(), left.begin() + common, right.begin());
  if (a == left.begin() + common) return left.size() < right.size();
  // A slash sorts before every other byte of a name; names hold no NUL.
  const auto rank = [](char c) { return c == '/' ? 0 : static_cast<unsigned char>(c); };
  return rank(*a) < rank(*b);
}

}  // namespace bale::builder
