// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

namespace bale::builder {

/// A here-document of RUN, COPY or ADD: `<<NAME`, its lines, and `NAME` alone on a line.
struct Heredoc {
  std::string name;
  std::string content;      ///< every line with its line feed; `<<-` has lost its leading tabs
  bool expand = true;       ///< variables are expanded: no part of the word was quoted
  bool strip_tabs = false;  ///< written as `<<-`

  friend bool operator==(const Heredoc&, const Heredoc&) = default;
};

}  // namespace bale::builder
