// SPDX-License-Identifier: Apache-2.0
#include "builder/source_pattern.h"

#include <span>
#include <string_view>

#include "builder/glob.h"
#include "builder/resolve.h"
#include "builder/tree_path.h"

namespace bale::builder {

namespace {

void match_below(const FileTree& tree, const std::string& folder,
                 std::span<const std::string_view> patterns, std::vector<std::string>& matches) {
  for (TreeFile& file : tree.list(folder)) {
    if (!glob_match(patterns.front(), base_name(file.entry.path))) continue;
    if (patterns.size() == 1)
      matches.push_back(std::move(file.entry.path));
    else if (file.is_directory())
      match_below(tree, file.entry.path, patterns.subspan(1), matches);
  }
}

}  // namespace

std::vector<std::string> expand_pattern(const FileTree& tree, const std::string& pattern) {
  const std::vector<std::string_view> components = path_components(pattern);
  std::string folder;
  std::size_t literal = 0;
  for (; literal < components.size() && !has_wildcard(components[literal]); ++literal)
    folder = join_path(folder, components[literal]);
  folder = resolve(tree, folder, LastLink::kFollow).path;
  std::vector<std::string> matches;
  match_below(tree, folder, std::span(components).subspan(literal), matches);
  return matches;
}

}  // namespace bale::builder
