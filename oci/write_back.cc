// SPDX-License-Identifier: Apache-2.0
#include "oci/write_back.h"

#include <fcntl.h>

namespace bale::oci {

namespace {

/// Bytes of a part: of smaller ones there are more waits, and larger ones fill the queue at once.
constexpr std::uint64_t kPart = std::uint64_t{8} * 1024 * 1024;

}  // namespace

void WriteBack::advance(int fd, std::size_t size) {
  size_ += size;
  if (size_ - begun_ >= kPart) finish(fd);
}

void WriteBack::finish(int fd) {
  if (size_ == begun_) return;
  ::sync_file_range(fd, static_cast<off64_t>(begun_), static_cast<off64_t>(size_ - begun_),
                    SYNC_FILE_RANGE_WRITE);
  begun_ = size_;
}

}  // namespace bale::oci
