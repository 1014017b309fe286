// SPDX-License-Identifier: Apache-2.0
#include "tools/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

namespace bale::tools {

oci::NewFile open_output(const std::string& path, const std::stop_token& stop) {
  if (path == "-") return {STDOUT_FILENO, "standard output", stop};
  return oci::NewFile(path, std::nullopt, stop);
}

void write_result(const std::string& path, std::string_view text, const std::stop_token& stop) {
  oci::NewFile file = open_output(path, stop);
  file.write(oci::as_bytes(text));
  file.finish(oci::Durability::kSynced);
}

bool is_standard_output(const std::string& path) {
  if (path == "-") return true;
  struct stat named {};
  struct stat output {};
  return ::stat(path.c_str(), &named) == 0 && ::fstat(STDOUT_FILENO, &output) == 0 &&
         named.st_dev == output.st_dev && named.st_ino == output.st_ino;
}

}  // namespace bale::tools
