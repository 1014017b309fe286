// SPDX-License-Identifier: Apache-2.0
#include "oci/input_buffer.h"

#include <algorithm>
#include <cstring>

namespace bale::oci {

InputBuffer::InputBuffer(Source& source)
    : source_(source), memory_(std::make_unique_for_overwrite<std::byte[]>(kChunkSize)) {}

bool InputBuffer::refill() {
  if (begin_ > 0) std::memmove(memory_.get(), memory_.get() + begin_, end_ - begin_);
  end_ -= begin_;
  begin_ = 0;
  const std::size_t got = source_.read({memory_.get() + end_, kChunkSize - end_});
  end_ += got;
  return got > 0;
}

bool InputBuffer::require(std::size_t count) {
  while (rest().size() < count) {
    if (!refill()) return false;
  }
  return true;
}

std::size_t InputBuffer::read(MutableBytes out) {
  if (rest().empty()) return source_.read(out);
  const std::size_t count = std::min(out.size(), rest().size());
  std::memcpy(out.data(), rest().data(), count);
  take(count);
  return count;
}

}  // namespace bale::oci
