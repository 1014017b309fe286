// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>

#include <netinet/in.h>

#include "oci/fd.h"

namespace bale::test {

/// 127.0.0.1, and a port of the kernel's choice for 0.
sockaddr_in loopback(int port);

/// Takes TCP connections on 127.0.0.1, each in a thread of its own. Its end shuts down what is open
/// and waits for all threads.
class LoopbackServer {
 public:
  /// Serves one connection, which is closed after the call.
  using Serve = std::function<void(int connection)>;

  explicit LoopbackServer(Serve serve);
  ~LoopbackServer();
  LoopbackServer(const LoopbackServer&) = delete;
  LoopbackServer& operator=(const LoopbackServer&) = delete;

  /// `127.0.0.1:PORT`
  std::string host() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::test
