// SPDX-License-Identifier: Apache-2.0
#include "builder/container_path.h"

#include "builder/tree_path.h"

namespace bale::builder {

std::string container_path(std::string_view base, std::string_view path) {
  if (path.starts_with('/')) return "/" + clean_path(path);
  return "/" + clean_path(std::string(base).append("/").append(path));
}

}  // namespace bale::builder
