// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "oci/io.h"

namespace bale::oci {

/// One zstd frame of what is written to it, kept in memory: for the tables inside of layers. One
/// thread at a time.
class ZstdSink final : public Sink {
 public:
  explicit ZstdSink(int level);
  ~ZstdSink() override;

  void write(Bytes bytes) override;
  /// Bytes written so far.
  std::uint64_t plain_size() const;
  /// The frame. Once, last.
  std::string finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
