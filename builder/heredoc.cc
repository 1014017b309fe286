// SPDX-License-Identifier: Apache-2.0
#include "builder/heredoc.h"

#include <algorithm>

#include "builder/words.h"

namespace bale::builder {

namespace {

/// A text with its quotes and escapes taken off.
struct Unquoted {
  std::string text;
  bool quoted = false;  ///< some part stood in quotes
  bool blank = false;   ///< a blank stood outside of quotes
  bool closed = true;   ///< every quote has its end
};

Unquoted unquote(std::string_view text) {
  Unquoted result;
  char quote = 0;
  for (std::size_t at = 0; at < text.size(); ++at) {
    const char c = text[at];
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
      result.quoted = true;
    } else if (c == quote) {
      quote = 0;
    } else if (c == '\\' && quote != '\'' && at + 1 < text.size()) {
      result.text += text[++at];
    } else {
      result.blank |= quote == 0 && is_blank(c);
      result.text += c;
    }
  }
  result.closed = quote == 0;
  return result;
}

/// Cuts a line into the words of a shell and keeps their quotes. Blanks after `<<` belong to the
/// word, since `<< EOF` announces as `<<EOF` does.
class RawWords {
 public:
  explicit RawWords(std::string_view line) : rest_(trim_left(line)) {}

  bool done() const { return rest_.empty(); }
  std::string_view next() {
    const auto word = rest_.substr(0, length_of_word());
    rest_ = trim_left(rest_.substr(word.size()));
    return word;
  }

 private:
  std::size_t length_of_word() const {
    char quote = 0;
    std::size_t at = 0;
    for (; at < rest_.size() && (quote != 0 || !is_blank(rest_[at])); ++at) {
      const char c = rest_[at];
      if (c == '\\' && quote != '\'') {
        ++at;
      } else if (c == quote) {
        quote = 0;
      } else if (quote == 0 && (c == '\'' || c == '"')) {
        quote = c;
      } else if (quote == 0 && rest_.substr(at).starts_with("<<")) {
        at = blanks_end(at + 2) - 1;
      }
    }
    return std::min(at, rest_.size());
  }

  std::size_t blanks_end(std::size_t at) const {
    return std::min(rest_.find_first_not_of(" \t", at), rest_.size());
  }

  std::string_view rest_;
};

}  // namespace

std::optional<Heredoc> parse_heredoc_word(std::string_view word) {
  // A number before the arrows is the shell's file descriptor.
  word.remove_prefix(std::min(word.find_first_not_of("0123456789"), word.size()));
  if (!word.starts_with("<<")) return std::nullopt;
  word.remove_prefix(2);
  const bool strip_tabs = word.starts_with('-');
  if (strip_tabs) word.remove_prefix(1);
  word = trim_left(word);
  if (word.find('<') != std::string_view::npos) return std::nullopt;
  const Unquoted name = unquote(word);
  if (name.text.empty() || name.blank || !name.closed) return std::nullopt;
  return Heredoc{name.text, "", !name.quoted, strip_tabs};
}

std::vector<Heredoc> find_heredocs(std::string_view line) {
  if (line.find("<<") == std::string_view::npos || !unquote(line).closed) return {};
  std::vector<Heredoc> found;
  for (RawWords words(line); !words.done();) {
    if (auto heredoc = parse_heredoc_word(words.next())) found.push_back(std::move(*heredoc));
  }
  return found;
}

}  // namespace bale::builder
