// SPDX-License-Identifier: Apache-2.0
#include "tests/support/serve_process.h"

#include <csignal>
#include <fstream>
#include <stdexcept>
#include <utility>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/fd.h"

namespace bale::test {

namespace {

pid_t spawn(std::vector<std::string> command, const oci::UniqueFd& output) {
  posix_spawn_file_actions_t actions;
  ::posix_spawn_file_actions_init(&actions);
  ::posix_spawn_file_actions_adddup2(&actions, output.get(), STDOUT_FILENO);
  std::vector<char*> arguments;
  for (auto& word : command) arguments.push_back(word.data());
  arguments.push_back(nullptr);
  pid_t pid = -1;
  const int error = ::posix_spawn(&pid, arguments[0], &actions, nullptr, arguments.data(), environ);
  ::posix_spawn_file_actions_destroy(&actions);
  if (error != 0) throw std::runtime_error("cannot start " + command[0]);
  return pid;
}

std::string read_line(const oci::UniqueFd& fd) {
  std::string line;
  char byte = 0;
  while (::read(fd.get(), &byte, 1) == 1 && byte != '\n') line += byte;
  return line;
}

}  // namespace

ServeProcess::ServeProcess(std::filesystem::path store, std::vector<std::string> arguments)
    : store_(std::move(store)) {
  std::vector<std::string> command{BALE_PROGRAM, "--store", store_.string(),
                                   "serve",      "--addr",  "127.0.0.1:0"};
  command.insert(command.end(), arguments.begin(), arguments.end());
  int ends[2];
  if (::pipe2(ends, O_CLOEXEC) != 0) throw std::runtime_error("no pipe");
  const oci::UniqueFd output(ends[0]);
  {
    const oci::UniqueFd write_end(ends[1]);
    pid_ = spawn(std::move(command), write_end);
  }
  host_ = read_line(output);
  if (host_.empty()) throw std::runtime_error("bale serve does not start");
}

ServeProcess::~ServeProcess() { stop(SIGTERM); }

int ServeProcess::stop(int signal) {
  const pid_t pid = std::exchange(pid_, -1);
  if (pid < 0) return -1;
  ::kill(pid, signal);
  int status = 0;
  ::waitpid(pid, &status, 0);
  return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

void ServeProcess::kill() { stop(SIGKILL); }

long ServeProcess::peak_memory_kib() const {
  std::ifstream status("/proc/" + std::to_string(pid_) + "/status");
  for (std::string word; status >> word;) {
    long kib = 0;
    if (word == "VmHWM:" && status >> kib) return kib;
  }
  throw std::runtime_error("no peak of memory");
}

std::uint64_t ServeProcess::temporary_bytes() const {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(store_ / "tmp", ignored)) {
    const auto size = entry.is_regular_file(ignored) ? entry.file_size(ignored) : 0;
    bytes += ignored ? 0 : size;
  }
  return bytes;
}

}  // namespace bale::test
