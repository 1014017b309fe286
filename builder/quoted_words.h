// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// The words of ENV, LABEL and ARG: cut at blanks that stand neither in quotes nor after an escape
/// character. Quotes and escapes stay, for they are taken off when variables are expanded.
std::vector<std::string> split_quoted(std::string_view text, char escape);

}  // namespace bale::builder
