// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <stop_token>

#include "oci/fd.h"

namespace bale::oci {

/// Waits at descriptors whose other side may never do anything: pipes, sockets, terminals. All
/// throw kInterrupted as soon as somebody asks to stop. One thread at a time.
class StoppableWait {
 public:
  explicit StoppableWait(const std::stop_token& stop);
  StoppableWait(const StoppableWait&) = delete;
  StoppableWait& operator=(const StoppableWait&) = delete;

  /// Until something can be read, or the other side has closed.
  void until_readable(int fd) const;
  /// Until something can be written, or the other side has closed. Gives the number of bytes that a
  /// pipe takes now without waiting: more would wait where nothing ends it.
  std::size_t until_writable(int fd) const;
  /// A moment, before something is tried again that cannot be waited for.
  void pause() const;

 private:
  void wait(int fd, short events, int timeout_ms) const;

  UniqueFd stopped_;  // becomes readable
  std::stop_callback<std::function<void()>> on_stop_;
};

}  // namespace bale::oci
