// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/file_tree.h"

namespace bale::builder {

/// The paths of a tree that a clean path with wildcards names, in the order of a walk. The part
/// before the first wildcard follows links, the rest matches real folders only; what matches may
/// be a link.
std::vector<std::string> expand_pattern(const FileTree& tree, const std::string& pattern);

}  // namespace bale::builder
