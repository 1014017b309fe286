// SPDX-License-Identifier: Apache-2.0
#include "tools/interrupt.h"

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "tools/exit_status.h"

namespace bale::tools {

namespace {

/// Sent by the destructor to end the waiting thread.
constexpr int kEndSignal = SIGUSR1;

sigset_t waited_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int number : {SIGINT, SIGTERM, SIGHUP, kEndSignal}) sigaddset(&set, number);
  return set;
}

}  // namespace

Interrupt::Interrupt() {
  const sigset_t set = waited_signals();
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  // A registry that closes its side and a reader that goes away are errors, not the end.
  signal(SIGPIPE, SIG_IGN);
  thread_ = std::thread([this] { wait_for_signals(); });
}

Interrupt::~Interrupt() {
  pthread_kill(thread_.native_handle(), kEndSignal);
  thread_.join();
}

void Interrupt::wait_for_signals() {
  const sigset_t set = waited_signals();
  int number = 0;
  while (sigwait(&set, &number) == 0 && number != kEndSignal) {
    if (source_.stop_requested()) _exit(exit_status::kInterrupted);
    source_.request_stop();
  }
}

}  // namespace bale::tools
