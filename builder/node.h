// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/heredoc.h"
#include "builder/source_text.h"

namespace bale::builder {

/// One instruction as text: continuation lines joined, comments inside them dropped, flags and
/// here-documents taken apart, nothing interpreted yet.
struct Node {
  std::string keyword;             ///< as written
  std::vector<std::string> flags;  ///< with their dashes: `--chown=1:1`
  std::string arguments;           ///< what follows the flags, trimmed
  std::vector<Heredoc> heredocs;
  std::string text;  ///< the whole instruction on one line, without the bodies of here-documents
  char escape = '\\';
  SourceRange range;

  friend bool operator==(const Node&, const Node&) = default;
};

}  // namespace bale::builder
