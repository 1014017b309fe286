// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace bale::test {

/// Another program that serves on a free port of this machine, as long as this lives.
class ServerProcess {
 public:
  /// `command` gives the command line for a port; it is asked again where somebody else took the
  /// port meanwhile. The server is ready when its output has `ready`.
  ServerProcess(const std::function<std::vector<std::string>(int port)>& command,
                const std::string& ready);
  ~ServerProcess();
  ServerProcess(const ServerProcess&) = delete;
  ServerProcess& operator=(const ServerProcess&) = delete;

  int port() const;
  /// `127.0.0.1:PORT`
  std::string host() const { return "127.0.0.1:" + std::to_string(port()); }

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::test
