// SPDX-License-Identifier: Apache-2.0
#include "tests/support/server_process.h"

#include <csignal>
#include <stdexcept>
#include <thread>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <spawn.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/fd.h"

namespace bale::test {

namespace {

/// A port that the kernel gave us may be taken before the server has it.
constexpr int kAttempts = 5;

int free_port() {
  const oci::UniqueFd probe(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  auto* generic = reinterpret_cast<sockaddr*>(&address);
  if (::bind(probe.get(), generic, size) != 0 || ::getsockname(probe.get(), generic, &size) != 0) {
    throw std::runtime_error("no free port");
  }
  return ntohs(address.sin_port);
}

}  // namespace

class ServerProcess::State {
 public:
  State(const std::function<std::vector<std::string>(int port)>& command,
        const std::string& ready) {
    for (int attempt = 1; attempt <= kAttempts; ++attempt) {
      port_ = free_port();
      spawn(command(port_));
      if (wait_until(ready)) return;
      end();
    }
    throw std::runtime_error("the server does not start:\n" + log_);
  }

  ~State() { end(); }

  int port() const { return port_; }

 private:
  void spawn(std::vector<std::string> command) {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    output_ = oci::UniqueFd(ends[0]);
    const oci::UniqueFd write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDERR_FILENO);
    std::vector<char*> argv;
    for (std::string& word : command) argv.push_back(word.data());
    argv.push_back(nullptr);
    char* environment[] = {nullptr};
    const int error = ::posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environment);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error(command.front() + " cannot be run");
  }

  /// An end of the output means that the server has ended.
  bool wait_until(const std::string& ready) {
    char bytes[4096];
    while (log_.find(ready) == std::string::npos) {
      const ssize_t got = ::read(output_.get(), bytes, sizeof bytes);
      if (got <= 0) return false;
      log_.append(bytes, static_cast<std::size_t>(got));
    }
    drain_ = std::thread([fd = output_.get()] {
      char waste[4096];
      while (::read(fd, waste, sizeof waste) > 0) {
      }
    });
    return true;
  }

  void end() {
    ::kill(pid_, SIGKILL);
    ::waitpid(pid_, nullptr, 0);
    if (drain_.joinable()) drain_.join();
  }

  int port_ = 0;
  pid_t pid_ = -1;
  oci::UniqueFd output_;
  std::string log_;
  std::thread drain_;
};

ServerProcess::ServerProcess(const std::function<std::vector<std::string>(int port)>& command,
                             const std::string& ready)
    : state_(std::make_unique<State>(command, ready)) {}
ServerProcess::~ServerProcess() = default;

int ServerProcess::port() const { return state_->port(); }

}  // namespace bale::test
