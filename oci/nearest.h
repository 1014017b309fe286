// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::oci {

/// The known word nearest to `text` by edit distance, or "" when none is near. For hints.
std::string nearest(std::string_view text, const std::vector<std::string>& known);

}  // namespace bale::oci
