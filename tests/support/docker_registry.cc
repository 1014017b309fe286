// SPDX-License-Identifier: Apache-2.0
#include "tests/support/docker_registry.h"

#include <csignal>
#include <filesystem>
#include <fstream>
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
#include "tests/support/scratch_folder.h"

namespace bale::test {

namespace {

constexpr const char* kProgram = "/usr/bin/docker-registry";
/// A port that the kernel gave us may be taken before the registry has it.
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

class DockerRegistry::Process {
 public:
  explicit Process(const std::string& configuration) {
    for (int attempt = 1; attempt <= kAttempts; ++attempt) {
      port_ = free_port();
      write_configuration(configuration);
      spawn();
      if (wait_until_it_listens()) return;
      end();
    }
    throw std::runtime_error("docker-registry does not start:\n" + log_);
  }

  ~Process() { end(); }

  int port() const { return port_; }

 private:
  void write_configuration(const std::string& more) {
    std::ofstream file(folder_ / "config.yml");
    file << "version: 0.1\n"
         << "log: {level: info, accesslog: {disabled: true}}\n"
         << "storage:\n"
         << "  filesystem: {rootdirectory: " << (folder_ / "data").string() << "}\n"
         << "  delete: {enabled: true}\n"
         << "  maintenance: {uploadpurging: {enabled: false}}\n"
         << "http: {addr: \"127.0.0.1:" << port_ << "\", secret: fixed}\n"
         << more;
  }

  void spawn() {
    int ends[2];
    if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
    output_ = oci::UniqueFd(ends[0]);
    const oci::UniqueFd write_end(ends[1]);
    posix_spawn_file_actions_t actions;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDOUT_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, write_end.get(), STDERR_FILENO);
    std::string program = kProgram;
    std::string verb = "serve";
    std::string config = (folder_ / "config.yml").string();
    char* argv[] = {program.data(), verb.data(), config.data(), nullptr};
    char* environment[] = {nullptr};
    const int error = ::posix_spawn(&pid_, kProgram, &actions, nullptr, argv, environment);
    ::posix_spawn_file_actions_destroy(&actions);
    if (error != 0) throw std::runtime_error("docker-registry cannot be run");
  }

  /// Its log says so; an end of the log means that it has ended.
  bool wait_until_it_listens() {
    char bytes[4096];
    while (log_.find("listening on") == std::string::npos) {
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

  ScratchFolder folder_;
  int port_ = 0;
  pid_t pid_ = -1;
  oci::UniqueFd output_;
  std::string log_;
  std::thread drain_;
};

DockerRegistry::DockerRegistry(const std::string& configuration)
    : process_(std::make_unique<Process>(configuration)) {}
DockerRegistry::~DockerRegistry() = default;

bool DockerRegistry::is_installed() { return std::filesystem::exists(kProgram); }

std::string DockerRegistry::host() const { return "127.0.0.1:" + std::to_string(process_->port()); }

}  // namespace bale::test
