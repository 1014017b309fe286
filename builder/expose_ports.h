// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// The ports that one word of EXPOSE names, `NUMBER/PROTOCOL` each: ranges are spelt out, `tcp` is
/// filled in, and of `[IP:]HOST:CONTAINER` only the container's part counts. Throws kInvalid,
/// without a place, for what names no port.
std::vector<std::string> expose_ports(std::string_view word);

}  // namespace bale::builder
