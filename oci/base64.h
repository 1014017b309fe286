// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace bale::oci {

/// Standard base64 with padding (RFC 4648, section 4).
std::string encode_base64(std::string_view bytes);
/// Nothing where the text is not standard base64; padding may be left out.
std::optional<std::string> decode_base64(std::string_view text);

}  // namespace bale::oci
