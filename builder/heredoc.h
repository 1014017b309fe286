// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// A here-document of RUN, COPY or ADD: `<<NAME`, its lines, and `NAME` alone on a line.
struct Heredoc {
  std::string name;
  std::string content;      ///< every line with its line feed; `<<-` has lost its leading tabs
  bool expand = true;       ///< variables are expanded: no part of the word was quoted
  bool strip_tabs = false;  ///< written as `<<-`

  friend bool operator==(const Heredoc&, const Heredoc&) = default;
};

/// The here-document that one word announces, without content: `<<EOF`, `3<<-'END'`.
std::optional<Heredoc> parse_heredoc_word(std::string_view word);

/// All that a line announces, in order. None where its quotes do not match: the shell will say so.
std::vector<Heredoc> find_heredocs(std::string_view line);

}  // namespace bale::builder
