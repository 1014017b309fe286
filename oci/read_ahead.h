// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "oci/io.h"

namespace bale::oci {

/// Reads a source on a thread of its own, up to 4 MiB ahead of who reads here: what the source
/// computes runs beside what the reader computes. Errors of the source come where its bytes would
/// have come. One thread at a time; the destructor waits for the read that is under way.
class ReadAheadSource final : public Source {
 public:
  explicit ReadAheadSource(std::unique_ptr<Source> next);
  ~ReadAheadSource() override;
  ReadAheadSource(const ReadAheadSource&) = delete;
  ReadAheadSource& operator=(const ReadAheadSource&) = delete;

  std::size_t read(MutableBytes buffer) override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
