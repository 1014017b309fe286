// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "builder/dockerfile.h"
#include "builder/lint_warning.h"

namespace bale::builder {

enum class WarningsAre { kWarnings, kErrors };

/// What `# check=skip=RULE,...;error=true` says about warnings.
struct CheckDirective {
  std::set<std::string> skipped;  ///< names of rules, in lower case
  bool skips_all = false;
  WarningsAre severity = WarningsAre::kWarnings;

  /// Throws kInvalid, without a place, for anything but skip, error and experimental.
  static CheckDirective parse(std::string_view text);
  /// The one of a Dockerfile; throws with the marked line.
  static CheckDirective of(const Dockerfile& dockerfile);

  /// The warnings that were not asked to be left out.
  std::vector<LintWarning> select(std::vector<LintWarning> warnings) const;
};

}  // namespace bale::builder
