// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace bale::builder {

/// Blanks as the Dockerfile has them: space, tab, carriage return, line feed, vertical tab, form
/// feed.
constexpr std::string_view kBlanks = " \t\r\n\v\f";

constexpr bool is_blank(char c) { return kBlanks.find(c) != std::string_view::npos; }

std::string_view trim_left(std::string_view text);
std::string_view trim(std::string_view text);
std::string lower(std::string_view text);
std::string upper(std::string_view text);
bool equal_ignoring_case(std::string_view a, std::string_view b);

/// The words between blanks; quotes mean nothing here.
std::vector<std::string> split_blanks(std::string_view text);
/// The first word, and what follows the blanks after it.
std::pair<std::string_view, std::string_view> split_first(std::string_view text);

}  // namespace bale::builder
