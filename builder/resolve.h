// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>

#include "builder/file_tree.h"

namespace bale::builder {

/// What becomes of a link at the end of a path.
enum class LastLink { kFollow, kKeep };

/// Where a path leads.
struct Resolved {
  std::string path;              ///< without links, except a last one that was kept
  std::optional<TreeFile> file;  ///< nothing where no such file exists
};

/// As FileTree::find.
using FindFile = std::function<std::optional<TreeFile>(const std::string& path)>;

/// Follows symbolic links as a process would that has the tree as its root: absolute targets start
/// there and ".." never leaves it. What lies below a missing folder is taken as it is written.
/// Throws kInvalid past 255 links.
Resolved resolve(const FindFile& find, const std::string& path, LastLink last);
Resolved resolve(const FileTree& tree, const std::string& path, LastLink last);

}  // namespace bale::builder
