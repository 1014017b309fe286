// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bale::builder {

/// A path inside an image as absolute and clean: `path` taken from `base` where it is relative, no
/// `.`, `..` (none goes above the root), double or trailing slashes. Purely of text: links are not
/// followed.
std::string container_path(std::string_view base, std::string_view path);

}  // namespace bale::builder
