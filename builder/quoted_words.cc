// SPDX-License-Identifier: Apache-2.0
#include "builder/quoted_words.h"

#include <algorithm>

#include "builder/words.h"

namespace bale::builder {

namespace {

/// The word at the start of the text. An escape character at the very end is dropped, as is one
/// that nothing follows.
std::string take_word(std::string_view& rest, char escape) {
  std::string word;
  char quote = 0;
  std::size_t at = 0;
  for (; at < rest.size() && (quote != 0 || !is_blank(rest[at])); ++at) {
    const char c = rest[at];
    if (c == escape && quote != '\'') {
      if (at + 1 == rest.size()) continue;
      word += c;
      word += rest[++at];
      continue;
    }
    if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    }
    word += c;
  }
  rest = trim_left(rest.substr(std::min(at, rest.size())));
  return word;
}

}  // namespace

std::vector<std::string> split_quoted(std::string_view text, char escape) {
  std::vector<std::string> words;
  for (auto rest = trim_left(text); !rest.empty();) words.push_back(take_word(rest, escape));
  return words;
}

}  // namespace bale::builder
