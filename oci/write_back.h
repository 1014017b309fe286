// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>

namespace bale::oci {

/// Has the kernel bring a file to the disk while it is still being written, part by part: a `sync`
/// at the end finds little left, and nobody who writes waits long for the disk's queue to take it.
/// A hint: nothing is promised, no error is told. One thread at a time.
class WriteBack {
 public:
  /// What is written begins at byte `offset` of the file.
  explicit WriteBack(std::uint64_t offset = 0) : begun_(offset), size_(offset) {}

  /// `size` bytes more were written to the file, behind those before.
  void advance(int fd, std::size_t size);
  /// The rest, however small.
  void finish(int fd);

 private:
  std::uint64_t begun_;
  std::uint64_t size_;
};

}  // namespace bale::oci
