// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// The flags at the start of an instruction's arguments, and what follows them.
struct FlagWords {
  std::vector<std::string> flags;  ///< with their dashes, quotes and escapes taken off
  std::string_view rest;           ///< a part of the text that was given, trimmed
};

/// Flags are the leading words that start with `--`; a bare `--` ends them.
FlagWords split_flags(std::string_view arguments);

}  // namespace bale::builder
