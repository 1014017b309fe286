// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

namespace bale::builder {

/// Throws kInvalid, without a place, where the text is neither a signal's name (`SIGTERM`, `term`,
/// `SIGRTMIN+3`) nor a number other than 0.
void check_stop_signal(std::string_view text);

}  // namespace bale::builder
