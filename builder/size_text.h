// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace bale::builder {

/// Bytes of a size as Docker writes them, in powers of 1024: `128m`, `1.5GiB`, `4096`. Nothing
/// where the text is none.
std::optional<std::uint64_t> parse_size(std::string_view text);

}  // namespace bale::builder
