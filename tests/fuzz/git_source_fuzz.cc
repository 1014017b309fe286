// SPDX-License-Identifier: Apache-2.0
// Names of repositories: whatever is accepted can be handed to git, and names no option of it.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "builder/downloads.h"
#include "builder/git_source.h"
#include "builder/remote_source.h"
#include "oci/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (bale::builder::is_remote_source(text)) {
    const std::string name = bale::builder::file_name_of(std::string(text));
    if (name.find('/') != std::string::npos || name == "." || name == "..") std::abort();
  }
  if (!bale::builder::is_git_source(text)) return 0;
  try {
    const auto source = bale::builder::parse_git_source(text);
    if (source.repository.starts_with('-') || source.ref.starts_with('-')) std::abort();
  } catch (const bale::oci::Error&) {
    return 0;  // refused
  }
  return 0;
}
