// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bale::oci {

/// Whether the bytes are well-formed UTF-8 (Unicode, table 3-7): no overlong forms, no surrogates.
bool is_utf8(std::string_view text);

/// The text with U+FFFD for each byte that is in no well-formed sequence.
std::string replace_invalid_utf8(std::string_view text);

}  // namespace bale::oci
