// SPDX-License-Identifier: Apache-2.0
#include "oci/pipe_source.h"

#include <cerrno>

#include <unistd.h>

#include "oci/error.h"

namespace bale::oci {

std::size_t PipeSource::read(MutableBytes buffer) {
  for (;;) {
    wait_.until_readable(fd_.get());
    const ssize_t got = ::read(fd_.get(), buffer.data(), buffer.size());
    if (got >= 0) return static_cast<std::size_t>(got);
    // Somebody who shares the pipe may have been faster.
    if (errno != EINTR && errno != EAGAIN) throw errno_error("reading a file");
  }
}

}  // namespace bale::oci
