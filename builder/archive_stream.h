// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "oci/io.h"

namespace bale::builder {

/// The plain bytes of what gzip, bzip2, xz, zstd or nothing has packed, told by its first bytes.
/// Throws kCorrupt for a stream that is broken or cut off. One thread at a time.
class ArchiveStream final : public oci::Source {
 public:
  /// `packed` must outlive the stream.
  explicit ArchiveStream(oci::Source& packed);
  ~ArchiveStream() override;
  ArchiveStream(const ArchiveStream&) = delete;
  ArchiveStream& operator=(const ArchiveStream&) = delete;

  std::size_t read(oci::MutableBytes buffer) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::builder
