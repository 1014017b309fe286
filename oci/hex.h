// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace bale::oci {

/// Two lower-case digits for each byte.
std::string to_hex(std::string_view bytes);
void append_hex(std::string_view bytes, std::string& text);

/// The bytes of an even number of lower-case hex digits, as `Digest::hex` gives them.
std::string from_hex(std::string_view digits);

}  // namespace bale::oci
