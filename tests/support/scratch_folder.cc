// SPDX-License-Identifier: Apache-2.0
#include "tests/support/scratch_folder.h"

#include <cstdlib>
#include <stdexcept>
#include <string>

#include <fcntl.h>

#include "oci/fd.h"

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

bool ScratchFolder::has_unnamed_files() const {
  const oci::UniqueFd file(::open(path_.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
  return static_cast<bool>(file);
}

}  // namespace bale::test
