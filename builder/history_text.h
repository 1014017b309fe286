// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "oci/image_config.h"

namespace bale::builder {

// How BuildKit writes values into the history of an image; tools take these texts apart.

/// Each text after a space.
std::string spaced(const std::vector<std::string>& texts);
/// `[a b]`
std::string bracketed(const std::vector<std::string>& texts);
/// `["a" "b"]`
std::string bracketed_quoted(const std::vector<std::string>& texts);
/// `&{["CMD" "true"] "30s" "0s" "0s" "0s" '\x03'}`
std::string healthcheck_text(const oci::Healthcheck& check);

}  // namespace bale::builder
