// SPDX-License-Identifier: Apache-2.0
#include "tests/support/loopback_server.h"

#include <list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

namespace bale::test {

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

class LoopbackServer::State {
 public:
  explicit State(Serve serve)
      : serve_(std::move(serve)), listener_(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in address = loopback(0);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (::bind(listener_.get(), generic, size) != 0 || ::listen(listener_.get(), 64) != 0 ||
        ::getsockname(listener_.get(), generic, &size) != 0) {
      throw std::runtime_error("no port for a server of the test");
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

 private:
  void accept_all() {
    while (true) {
      oci::UniqueFd client(::accept4(listener_.get(), nullptr, nullptr, SOCK_CLOEXEC));
      if (!client) return;
      const int one = 1;
      ::setsockopt(client.get(), IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
      threads_.emplace_back([this, fd = std::move(client)] { serve_one(fd.get()); });
    }
  }

  void serve_one(int fd) {
    {
      const std::lock_guard lock(mutex_);
      open_.push_back(fd);
    }
    serve_(fd);
    const std::lock_guard lock(mutex_);
    open_.remove(fd);
  }

  const Serve serve_;
  const oci::UniqueFd listener_;
  int port_ = 0;
  std::mutex mutex_;  // guards open_
  std::list<int> open_;
  std::list<std::thread> threads_;  // the acceptor's, until it has ended
  std::thread acceptor_;
};

LoopbackServer::LoopbackServer(Serve serve) : state_(std::make_unique<State>(std::move(serve))) {}
LoopbackServer::~LoopbackServer() = default;

std::string LoopbackServer::host() const { return "127.0.0.1:" + std::to_string(state_->port()); }

}  // namespace bale::test
