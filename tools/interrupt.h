// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <stop_token>
#include <thread>

namespace bale::tools {

/// Turns the first SIGINT, SIGTERM or SIGHUP into a stop request, the second into an immediate
/// exit. A SIGHUP that is ignored, as nohup(1) has it, stays so. Make it in `main` before any other
/// thread: they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }
  /// The status to end with once the program was stopped: 128 and the number of the first signal,
  /// as a shell tells of a program that a signal has ended.
  int exit_status() const;

 private:
  void wait_for_signals();

  std::atomic<int> signal_;  // the first one
  std::stop_source source_;
  std::thread thread_;
};

}  // namespace bale::tools
