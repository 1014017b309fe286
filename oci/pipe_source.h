// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>

#include "oci/fd.h"
#include "oci/stoppable_wait.h"

namespace bale::oci {

/// Reads what may be long in coming, or never come: a pipe, a terminal, standard input whatever it
/// is. Throws kInterrupted once `stop` is asked for, also while it waits, and kFailed where nothing
/// can be read.
class PipeSource final : public Source {
 public:
  PipeSource(UniqueFd fd, const std::stop_token& stop) : fd_(std::move(fd)), wait_(stop) {}
  std::size_t read(MutableBytes buffer) override;

 private:
  UniqueFd fd_;
  StoppableWait wait_;
};

}  // namespace bale::oci
