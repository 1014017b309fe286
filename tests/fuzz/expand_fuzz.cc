// SPDX-License-Identifier: Apache-2.0
// Expansion of any text ends, with words that are no longer than the text.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "builder/expand.h"
#include "oci/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bale::builder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto lookup = [](std::string_view name) -> std::optional<std::string> {
    if (name == "u") return std::nullopt;
    if (name == "e") return "";
    return "a/b.c d*" + std::string(name);
  };
  for (const auto quotes : {Quotes::kProcess, Quotes::kKeep}) {
    try {
      const Expansion expansion = expand(text, lookup, '\\', quotes);
      std::size_t length = 0;
      for (const auto& word : expansion.words) length += word.size();
      if (length > expansion.text.size()) std::abort();
    } catch (const bale::oci::Error&) {
    }
  }
  return 0;
}
