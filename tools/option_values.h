// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <vector>

#include "oci/platform.h"

namespace bale::tools {

/// The platforms of a repeatable option that also takes lists; none where it was not given.
std::vector<oci::Platform> parse_platforms(const std::vector<std::string>& lists);

/// KEY=VALUE of a repeatable option; of one key the last counts. Throws kInvalid for anything else,
/// naming the option.
std::map<std::string, std::string> parse_pairs(const std::vector<std::string>& texts,
                                               const std::string& option);

}  // namespace bale::tools
