// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <functional>
#include <mutex>
#include <stop_token>

#include "oci/thread_pool.h"

namespace bale::registry {

/// Many transfers that stand or fall together, each in a thread of its own. The first failure, or
/// a stop from outside, ends the others at once. Thread-safe but for `wait`.
class TransferGroup {
 public:
  /// At most `jobs` at a time.
  TransferGroup(std::size_t jobs, const std::stop_token& outer);
  /// Gives up what is under way.
  ~TransferGroup();
  TransferGroup(const TransferGroup&) = delete;
  TransferGroup& operator=(const TransferGroup&) = delete;

  /// Stops with the group; what runs in it is to obey it.
  std::stop_token token() const { return end_.get_token(); }
  /// After a failure nothing new begins.
  void run(std::function<void()> work);
  /// Waits for everything that was run, and throws the failure that came first; kInterrupted where
  /// something was left undone for the stop's sake. One thread.
  void wait();

 private:
  void fail(std::exception_ptr error);

  std::stop_source end_;
  std::mutex mutex_;
  std::exception_ptr first_error_;
  oci::ThreadPool pool_;
  oci::TaskGroup tasks_;
  std::stop_callback<std::function<void()>> forward_stop_;
};

}  // namespace bale::registry
