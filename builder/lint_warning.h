// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "builder/source_text.h"

namespace bale::builder {

/// Something that builds, and is probably not what was meant. Rules have BuildKit's names.
struct LintWarning {
  std::string rule;     ///< `UndefinedVar`
  std::string message;  ///< one line
  SourceRange range;
  std::string word;  ///< what of the range is marked, "" for its first line

  friend bool operator==(const LintWarning&, const LintWarning&) = default;
};

}  // namespace bale::builder
