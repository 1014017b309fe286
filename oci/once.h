// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>

namespace bale::oci {

/// Something that is done once, by the first who needs it; where it throws, by the next who does.
/// Thread-safe.
///
/// In place of std::call_once, which calls through the C library: an exception that leaves it ends
/// a program that has libgcc in itself.
class Once {
 public:
  template <typename Work>
  void run(const Work& work) {
    if (done_.load(std::memory_order_acquire)) return;
    const std::lock_guard lock(mutex_);
    if (done_.load(std::memory_order_relaxed)) return;
    work();
    done_.store(true, std::memory_order_release);
  }

 private:
  std::atomic<bool> done_ = false;
  std::mutex mutex_;
};

}  // namespace bale::oci
