// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>

#include "oci/io.h"

namespace bale::oci {

struct ZstdOptions {
  int level = 3;
  /// Where it is not 0, matches reach back over a window of that many bits (long-distance
  /// matching).
  int window_log = 0;
  /// Beside the caller's. More than one give the bytes that one gives.
  std::size_t threads = 0;
};

/// Packs what is written to it into one zstd frame. One thread at a time.
class ZstdSink final : public Sink {
 public:
  /// `packed` must outlive it.
  ZstdSink(Sink& packed, const ZstdOptions& options);
  ~ZstdSink() override;

  void write(Bytes bytes) override;
  /// Bytes written so far.
  std::uint64_t plain_size() const;
  /// Ends the frame. Once, last.
  void finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
