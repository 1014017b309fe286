// SPDX-License-Identifier: Apache-2.0
#include "tests/support/breaking_link.h"

#include <array>
#include <atomic>
#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "oci/fd.h"

namespace bale::test {

namespace {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

oci::UniqueFd tcp_socket() {
  return oci::UniqueFd(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
}

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
      : budget_(budget), server_port_(std::stoi(server.substr(server.rfind(':') + 1))) {
    listener_ = tcp_socket();
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("no port for the breaking link");
    }
    port_ = ntohs(address.sin_port);
    acceptor_ = std::thread([this] { accept_all(); });
  }

  ~State() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    acceptor_.join();
    {
      const std::lock_guard lock(mutex_);
      for (const int fd : open_) ::shutdown(fd, SHUT_RDWR);
    }
    for (std::thread& thread : threads_) thread.join();
  }

  int port() const { return port_; }

  void at_break(std::function<void()> hook) {
    const std::lock_guard lock(hook_mutex_);
    hook_ = std::move(hook);
  }

  std::atomic<std::uint64_t> to_server = 0;
  std::atomic<std::uint64_t> to_client = 0;
  std::atomic<std::size_t> breaks = 0;

 private:
  void accept_all() {
    while (true) {
      oci::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      threads_.emplace_back([this, fd = std::move(client)]() mutable { serve(std::move(fd)); });
    }
  }

  void serve(oci::UniqueFd client) {
    const oci::UniqueFd server = tcp_socket();
    const sockaddr_in address = loopback(server_port_);
    if (::connect(server.get(), reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
      return;
    }
    watch(client.get(), server.get());
    pass_on(client.get(), server.get());
    const std::lock_guard lock(mutex_);
    open_.remove(client.get());
    open_.remove(server.get());
  }

  void watch(int client, int server) {
    const std::lock_guard lock(mutex_);
    open_.push_back(client);
    open_.push_back(server);
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
  oci::UniqueFd listener_;
  int port_ = 0;
  std::mutex mutex_;  // guards open_
  std::list<int> open_;
  std::list<std::thread> threads_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

BreakingLink::BreakingLink(const std::string& server, std::uint64_t budget)
    : state_(std::make_unique<State>(server, budget)) {}
BreakingLink::~BreakingLink() = default;

std::string BreakingLink::host() const { return "127.0.0.1:" + std::to_string(state_->port()); }
void BreakingLink::at_break(std::function<void()> hook) { state_->at_break(std::move(hook)); }
std::uint64_t BreakingLink::to_server() const { return state_->to_server; }
std::uint64_t BreakingLink::to_client() const { return state_->to_client; }
std::size_t BreakingLink::breaks() const { return state_->breaks; }

}  // namespace bale::test
