// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_tree.h"

#include "builder/file_attributes.h"

namespace bale::builder {

namespace fs = std::filesystem;

void copy_tree(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::recursive_directory_iterator(from)) {
    const fs::path target = to / entry.path().lexically_relative(from);
    if (entry.is_symlink()) {
      fs::copy_symlink(entry.path(), target);
      continue;
    }
    if (entry.is_directory()) {
      fs::create_directory(target);
    } else if (entry.is_regular_file()) {
      fs::copy_file(entry.path(), target);
    } else {
      continue;
    }
    copy_owner_and_mode(entry.path(), target);
  }
}

}  // namespace bale::builder
