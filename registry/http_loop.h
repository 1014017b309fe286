// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <memory>

#include "registry/transfer.h"
#include "registry/transport_options.h"

namespace bale::registry {

/// Transfers under way, and the connections that they use and leave for the next ones: whoever
/// drives the loop moves their bytes. One thread at a time, but for `wake`. Beside
/// CurlLibrary the only one that knows libcurl.
class HttpLoop {
 public:
  /// `on_end` hears of each transfer that has ended, in the thread that drives. `options` must
  /// outlive the loop.
  HttpLoop(const TransportOptions& options, std::function<void(const Transfer&)> on_end);
  /// Ends what is under way with a failure.
  ~HttpLoop();
  HttpLoop(const HttpLoop&) = delete;
  HttpLoop& operator=(const HttpLoop&) = delete;

  /// A transfer that cannot begin ends with its failure.
  void start(const std::shared_ptr<Transfer>& transfer);
  /// Moves what can be moved without waiting: resumes what waited for its owner, and gives up what
  /// its owner gave up.
  void move();
  /// Until a socket is ready, somebody wakes the loop, or the time is over.
  void sleep(std::chrono::milliseconds longest);
  /// Ends a `sleep`, the next one where there is none. Any thread.
  void wake();
  bool empty() const;
  /// Ends what is under way with a failure.
  void abandon();

 private:
  class Handles;
  std::unique_ptr<Handles> handles_;
};

}  // namespace bale::registry
