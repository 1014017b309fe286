// SPDX-License-Identifier: Apache-2.0
#include "builder/container_path.h"

#include <algorithm>

namespace bale::builder {

namespace {

/// Goes down into each name of the path, and up for each `..`.
void walk(std::string& at, std::string_view path) {
  while (!path.empty()) {
    const auto end = std::min(path.find('/'), path.size());
    const auto name = path.substr(0, end);
    path.remove_prefix(std::min(end + 1, path.size()));
    if (name == "..") {
      at.erase(std::min(at.rfind('/'), at.size()));
    } else if (!name.empty() && name != ".") {
      at.append("/").append(name);
    }
  }
}

}  // namespace

std::string container_path(std::string_view base, std::string_view path) {
  std::string result;
  if (!path.starts_with('/')) walk(result, base);
  walk(result, path);
  return result.empty() ? "/" : result;
}

}  // namespace bale::builder
