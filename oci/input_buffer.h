// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <memory>

#include "oci/io.h"

namespace bale::oci {

/// A window on a source for parsers and codecs, which look at bytes before they take them. One
/// thread at a time.
class InputBuffer {
 public:
  /// `source` must outlive the buffer. Holds up to kChunkSize bytes.
  explicit InputBuffer(Source& source);

  /// What was read and not taken yet.
  Bytes rest() const { return {memory_.get() + begin_, end_ - begin_}; }
  void take(std::size_t count) { begin_ += count; }
  /// Reads more behind `rest`, which must not fill the buffer; false at the end of the source.
  bool refill();
  /// Reads until `rest` has `count` bytes, of at most kChunkSize; false where the source ends
  /// before.
  bool require(std::size_t count);
  /// Moves bytes to `out`: what is buffered, else straight from the source. 0 at the end.
  std::size_t read(MutableBytes out);

 private:
  Source& source_;
  std::unique_ptr<std::byte[]> memory_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
};

}  // namespace bale::oci
