// SPDX-License-Identifier: Apache-2.0
#include "builder/flag_words.h"

#include "builder/words.h"

namespace bale::builder {

namespace {

/// Takes one word off the front of `rest`, and its quotes and escapes with it.
std::string take_word(std::string_view& rest) {
  std::string word;
  char quote = 0;
  std::size_t at = 0;
  for (; at < rest.size() && (quote != 0 || !is_blank(rest[at])); ++at) {
    const char c = rest[at];
    if (c == '\\') {
      if (++at < rest.size()) word += rest[at];
    } else if (c == quote) {
      quote = 0;
    } else if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else {
      word += c;
    }
  }
  rest = at < rest.size() ? trim_left(rest.substr(at)) : std::string_view();
  return word;
}

}  // namespace

FlagWords split_flags(std::string_view arguments) {
  FlagWords result{{}, trim(arguments)};
  while (result.rest.starts_with("--")) {
    std::string word = take_word(result.rest);
    if (word == "--") break;
    result.flags.push_back(std::move(word));
  }
  return result;
}

}  // namespace bale::builder
