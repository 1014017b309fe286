// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "registry/repository.h"

namespace bale::registry {

/// What a registry lets these credentials do with one repository, and why not, as far as it can be
/// told from its answers.
struct AuthReport {
  enum class Verdict { kAllowed, kDenied, kUnknown };
  struct Finding {
    std::string what;  ///< "pull", "push"
    Verdict verdict = Verdict::kUnknown;
    std::string answer;  ///< what the registry said, where it did not allow it
    std::string reason;  ///< which of the known causes that is; "" where it is none of them
  };
  std::vector<Finding> findings;

  bool allowed() const;
};

/// Asks, and leaves nothing behind: the upload that is opened to see whether it may be is
/// cancelled. `pull` and `push` are the same repository with the two kinds of access. Throws
/// kUnavailable.
AuthReport check_access(const Repository& pull, const Repository& push);

}  // namespace bale::registry
