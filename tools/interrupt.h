// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <stop_token>
#include <thread>

namespace bale::tools {

/// Turns the first SIGINT, SIGTERM or SIGHUP into a stop request, the second into an immediate
/// exit with status 130. A SIGHUP that is ignored, as nohup(1) has it, stays so. Make it in `main`
/// before any other thread: they inherit the blocked signals.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  std::stop_token token() const { return source_.get_token(); }

 private:
  void wait_for_signals();

  std::stop_source source_;
  std::thread thread_;
};

}  // namespace bale::tools
