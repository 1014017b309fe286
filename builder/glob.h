// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bale::builder {

/// Whether the text holds `*`, `?` or `[` that no backslash escapes.
bool has_wildcard(std::string_view text);

/// Whether a name matches a pattern of one path component, as Go's filepath.Match has it: `*`, `?`,
/// `[a-z]`, `[^a-z]`, and `\` before a character that stands for itself. Wildcards count UTF-8
/// characters; a byte that is no UTF-8 is a character. Throws kInvalid for a malformed pattern.
bool glob_match(std::string_view pattern, std::string_view name);

}  // namespace bale::builder
