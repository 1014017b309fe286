// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "registry/headers.h"

namespace bale::registry {

/// What a server asks for in `WWW-Authenticate` (RFC 9110, 11.6.1).
struct Challenge {
  std::string scheme;                             ///< lower case: "bearer", "basic"
  std::map<std::string, std::string> parameters;  ///< names in lower case

  /// "" where it is absent.
  std::string parameter(const std::string& name) const;

  friend bool operator==(const Challenge&, const Challenge&) = default;
};

/// All challenges of all lines, several to a line, in order. What cannot be read is skipped: a
/// server may ask for schemes that we do not know.
std::vector<Challenge> parse_challenges(const Headers& headers);

}  // namespace bale::registry
