// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <memory>
#include <string>

#include "registry/http_message.h"
#include "registry/transfer.h"
#include "registry/transfer_queue.h"

namespace bale::registry {

struct TransportOptions {
  std::string user_agent = "bale";
  HostLimits limits = {};
  std::chrono::milliseconds connect_timeout{20'000};
  /// A transfer fails when it has not moved for this long; there is no limit on the whole.
  std::chrono::seconds stall_timeout{60};
};

/// The one thread that owns every socket. It starts transfers when the queue says so, moves their
/// bytes and never waits for anybody. Its .cc is the only file that knows libcurl. Thread-safe.
class HttpThread {
 public:
  explicit HttpThread(TransportOptions options);
  /// Ends everything with a failure, then joins.
  ~HttpThread();
  HttpThread(const HttpThread&) = delete;
  HttpThread& operator=(const HttpThread&) = delete;

  /// A transfer for the request, queued at once.
  std::shared_ptr<Transfer> start(Request request);
  /// Nothing more goes to the host before `until`.
  void hold(const Origin& host, Clock::time_point until);

 private:
  class Loop;
  std::unique_ptr<Loop> loop_;
};

}  // namespace bale::registry
