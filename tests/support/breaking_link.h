// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace bale::test {

/// A way to a server that breaks: each connection passes bytes on in both directions until so many
/// have gone through it, and is then cut. Thread-safe.
class BreakingLink {
 public:
  /// To `HOST:PORT` on this machine; `budget` counts the bytes of one connection, both ways.
  BreakingLink(const std::string& server, std::uint64_t budget);
  ~BreakingLink();
  BreakingLink(const BreakingLink&) = delete;
  BreakingLink& operator=(const BreakingLink&) = delete;

  /// `127.0.0.1:PORT`
  std::string host() const;
  /// Called each time a connection has been cut, from any thread.
  void at_break(std::function<void()> hook);
  /// Bytes of all connections so far.
  std::uint64_t to_server() const;
  std::uint64_t to_client() const;
  /// Connections that were cut.
  std::size_t breaks() const;

 private:
  class State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::test
