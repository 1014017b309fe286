// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scratch_folder.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

namespace bale::test {

ScratchFolder::ScratchFolder() {
  std::string name = (std::filesystem::temp_directory_path() / "bale-test-XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) throw std::runtime_error("mkdtemp failed");
  path_ = name;
}

ScratchFolder::~ScratchFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

}  // namespace bale::test
