// SPDX-License-Identifier: Apache-2.0
#include "tests/support/breaking_link.h"

#include <array>
#include <atomic>
#include <mutex>

#include <poll.h>
#include <sys/socket.h>

#include "oci/fd.h"
#include "tests/support/loopback_server.h"

namespace bale::test {

namespace {

bool send_all(int fd, const char* bytes, std::size_t size) {
  while (size > 0) {
    const ssize_t put = ::send(fd, bytes, size, MSG_NOSIGNAL);
    if (put <= 0) return false;
    bytes += put;
    size -= static_cast<std::size_t>(put);
  }
  return true;
}

/// No waiting for what was still on its way: the other side sees a reset.
void reset(int fd) {
  const linger now{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(fd, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

}  // namespace

class BreakingLink::State {
 public:
  State(const std::string& server, std::uint64_t budget)
      : budget_(budget), server_port_(std::stoi(server.substr(server.rfind(':') + 1))) {}

  std::string host() const { return link_.host(); }

  void at_break(std::function<void()> hook) {
    const std::lock_guard lock(hook_mutex_);
    hook_ = std::move(hook);
  }

  std::atomic<std::uint64_t> to_server = 0;
  std::atomic<std::uint64_t> to_client = 0;
  std::atomic<std::size_t> breaks = 0;

 private:
  void serve(int client) {
    const oci::UniqueFd server(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    const sockaddr_in address = loopback(server_port_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) == 0) {
      pass_on(client, server.get());
    }
  }

  void pass_on(int client, int server) {
    std::array<pollfd, 2> ends{{{client, POLLIN, 0}, {server, POLLIN, 0}}};
    std::uint64_t left = budget_;
    while (::poll(ends.data(), ends.size(), -1) > 0) {
      if (ends[0].revents != 0 && !pass(client, server, to_server, left)) return;
      if (ends[1].revents != 0 && !pass(server, client, to_client, left)) return;
      if (left > 0) continue;
      ++breaks;
      {
        const std::lock_guard lock(hook_mutex_);
        if (hook_) hook_();
      }
      reset(client);
      return reset(server);
    }
  }

  static bool pass(int from, int to, std::atomic<std::uint64_t>& count, std::uint64_t& left) {
    std::array<char, 64 * 1024> bytes;
    const ssize_t got = ::recv(from, bytes.data(), std::min<std::uint64_t>(left, bytes.size()), 0);
    if (got <= 0) return false;
    count += static_cast<std::uint64_t>(got);
    left -= static_cast<std::uint64_t>(got);
    return send_all(to, bytes.data(), static_cast<std::size_t>(got));
  }

  std::mutex hook_mutex_;
  std::function<void()> hook_;
  const std::uint64_t budget_;
  const int server_port_;
  LoopbackServer link_{[this](int fd) { serve(fd); }};  // ends first: its threads use the rest
};

BreakingLink::BreakingLink(const std::string& server, std::uint64_t budget)
    : state_(std::make_unique<State>(server, budget)) {}
BreakingLink::~BreakingLink() = default;

std::string BreakingLink::host() const { return state_->host(); }
void BreakingLink::at_break(std::function<void()> hook) { state_->at_break(std::move(hook)); }
std::uint64_t BreakingLink::to_server() const { return state_->to_server; }
std::uint64_t BreakingLink::to_client() const { return state_->to_client; }
std::size_t BreakingLink::breaks() const { return state_->breaks; }

}  // namespace bale::test
