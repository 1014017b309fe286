// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>

#include "registry/http_message.h"
#include "registry/transfer.h"
#include "registry/transport_options.h"

namespace bale::registry {

/// The thread that begins transfers when the queue says so, and moves them, all in one loop, and
/// never waits for anybody. A bulk transfer in plain HTTP it leaves to its owner, with a loop of
/// its own: bytes that change threads cost more than hashing them. Thread-safe.
class HttpThread {
 public:
  explicit HttpThread(const TransportOptions& options);
  /// Ends everything with a failure, then joins. Nobody may drive a transfer any more.
  ~HttpThread();
  HttpThread(const HttpThread&) = delete;
  HttpThread& operator=(const HttpThread&) = delete;

  /// A transfer for the request, queued at once.
  std::shared_ptr<Transfer> start(Request request);
  /// Nothing more goes to the host before `until`.
  void hold(const Origin& host, Clock::time_point until);

 private:
  class Engine;
  std::unique_ptr<Engine> engine_;
};

}  // namespace bale::registry
