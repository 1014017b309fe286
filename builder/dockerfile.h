// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "builder/directives.h"
#include "builder/node.h"
#include "builder/source_text.h"

namespace bale::builder {

/// A Dockerfile taken apart into instructions. Outlives the graph and the evaluators made from it.
struct Dockerfile {
  SourceText source;
  Directives directives;
  std::vector<Node> nodes;
  /// Lines that are empty within a continued instruction: legal, and warned of.
  std::vector<int> empty_continuation_lines;
};

/// `name` stands in messages. Throws kInvalid with the marked line: no instruction at all, a
/// here-document without an end, a directive given twice, a line of more than 64 KiB.
Dockerfile parse_dockerfile(std::string_view text, std::string name);

}  // namespace bale::builder
