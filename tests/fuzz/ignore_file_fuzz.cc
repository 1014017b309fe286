// SPDX-License-Identifier: Apache-2.0
// The first line is a path, the rest an ignore file. What a walk may skip holds nothing that shows.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "builder/ignore_file.h"
#include "builder/tree_path.h"
#include "oci/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace bale::builder;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto end = std::min(text.find('\n'), text.size());
  const std::string clean = clean_path(text.substr(0, end));
  const std::string_view path = clean;
  try {
    const auto matcher = IgnoreMatcher::parse(text.substr(end), "ignore");
    const bool excluded = matcher.excluded(path);
    for (auto slash = path.find('/'); slash != std::string_view::npos;
         slash = path.find('/', slash + 1)) {
      const auto folder = path.substr(0, slash);
      if (matcher.excluded(folder) && !matcher.may_reinclude_below(folder) && !excluded) {
        std::abort();
      }
    }
  } catch (const bale::oci::Error&) {
  }
  return 0;
}
