// SPDX-License-Identifier: Apache-2.0
#include "builder/rooted_path.h"

#include <deque>
#include <string>
#include <system_error>

#include "oci/error.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

constexpr int kMaxLinks = 40;  // as the kernel has it

void push_front(std::deque<std::string>& rest, const fs::path& path) {
  auto place = rest.begin();
  for (const auto& part : path.relative_path()) place = rest.insert(place, part.string()) + 1;
}

}  // namespace

fs::path resolve_in_root(const fs::path& root, std::string_view path) {
  std::deque<std::string> rest;
  push_front(rest, path);
  fs::path result;
  int links = 0;
  while (!rest.empty()) {
    const std::string part = std::move(rest.front());
    rest.pop_front();
    if (part.empty() || part == ".") continue;
    if (part == "..") {
      result = result.parent_path();
      continue;
    }
    std::error_code not_a_link;
    const fs::path target = fs::read_symlink(root / result / part, not_a_link);
    if (not_a_link) {
      result /= part;
      continue;
    }
    if (++links > kMaxLinks) {
      throw oci::Error(oci::ErrorCode::kFailed,
                       "following " + std::string(path) + ": too many levels of symbolic links");
    }
    if (target.is_absolute()) result.clear();
    push_front(rest, target);
  }
  return result;
}

}  // namespace bale::builder
