// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string_view>

namespace bale::builder {

/// Where `path` leads inside of `root`, relative to it: links are followed as if `root` were the
/// root folder, what does not exist is taken as written. Never leaves the root. For trees that
/// nobody changes meanwhile. Throws kFailed for a loop of links.
std::filesystem::path resolve_in_root(const std::filesystem::path& root, std::string_view path);

}  // namespace bale::builder
