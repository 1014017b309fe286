// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

namespace bale::builder {

/// Copies what a folder of this machine holds into an empty one, with owners and modes; links as
/// they are, and of other files those that have content. Throws what std::filesystem throws.
void copy_tree(const std::filesystem::path& from, const std::filesystem::path& to);

}  // namespace bale::builder
