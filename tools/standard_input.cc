// SPDX-License-Identifier: Apache-2.0
#include "tools/standard_input.h"

#include <fcntl.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::tools {

oci::UniqueFd standard_input() {
  oci::UniqueFd input(::fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0));
  if (!input) throw oci::errno_error("reading standard input");
  return input;
}

}  // namespace bale::tools
