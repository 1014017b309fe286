// SPDX-License-Identifier: Apache-2.0
#include "builder/child_process.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstdint>
#include <utility>

#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <sys/eventfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::builder {

namespace {

struct Pipe {
  oci::UniqueFd read_end;
  oci::UniqueFd write_end;
};

Pipe make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) throw oci::errno_error("creating a pipe");
  Pipe result{oci::UniqueFd(ends[0]), oci::UniqueFd(ends[1])};
  ::fcntl(result.read_end.get(), F_SETFL, O_NONBLOCK);
  return result;
}

std::vector<char*> pointers(const std::vector<std::string>& words) {
  std::vector<char*> result;
  for (const auto& word : words) result.push_back(const_cast<char*>(word.c_str()));
  result.push_back(nullptr);
  return result;
}

std::string name_of(const std::string& assignment) {
  return assignment.substr(0, assignment.find('='));
}

/// The environment of this process with `own` on top.
std::vector<std::string> merged_environment(const std::vector<std::string>& own) {
  std::vector<std::string> result = own;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    const std::string name = name_of(*entry);
    bool replaced = false;
    for (const auto& assignment : own) replaced = replaced || name_of(assignment) == name;
    if (!replaced) result.emplace_back(*entry);
  }
  return result;
}

/// What posix_spawn is told about files, signals and the session of the child.
class SpawnSettings {
 public:
  explicit SpawnSettings(int output) {
    posix_spawn_file_actions_init(&files_);
    posix_spawn_file_actions_addopen(&files_, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
    posix_spawn_file_actions_adddup2(&files_, output, STDOUT_FILENO);
    posix_spawn_file_actions_adddup2(&files_, output, STDERR_FILENO);
    posix_spawnattr_init(&attributes_);
    sigset_t all;
    sigset_t none;
    sigfillset(&all);
    sigemptyset(&none);
    posix_spawnattr_setsigdefault(&attributes_, &all);
    posix_spawnattr_setsigmask(&attributes_, &none);
    posix_spawnattr_setflags(&attributes_,
                             POSIX_SPAWN_SETSIGDEF | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSID);
  }
  ~SpawnSettings() {
    posix_spawn_file_actions_destroy(&files_);
    posix_spawnattr_destroy(&attributes_);
  }
  SpawnSettings(const SpawnSettings&) = delete;
  SpawnSettings& operator=(const SpawnSettings&) = delete;

  int spawn(const ChildProcess::Command& command) const {
    const auto environment = merged_environment(command.env);
    pid_t pid = -1;
    errno = ::posix_spawnp(&pid, command.argv.front().c_str(), &files_, &attributes_,
                           pointers(command.argv).data(), pointers(environment).data());
    if (errno != 0) throw oci::errno_error("starting " + command.argv.front());
    return pid;
  }

 private:
  posix_spawn_file_actions_t files_{};
  posix_spawnattr_t attributes_{};
};

}  // namespace

ChildProcess::ChildProcess(const Command& command, std::function<void(std::string_view)> line)
    : lines_(std::move(line)), wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  if (!wake_) throw oci::errno_error("creating an eventfd");
  Pipe pipe = make_pipe();
  pid_ = SpawnSettings(pipe.write_end.get()).spawn(command);
  output_ = std::move(pipe.read_end);
  pidfd_ = oci::UniqueFd(static_cast<int>(::syscall(SYS_pidfd_open, pid_, 0)));
  if (!pidfd_) {
    const auto error = oci::errno_error("watching " + command.argv.front());
    kill();
    reap();
    throw error;
  }
}

ChildProcess::~ChildProcess() {
  if (pid_ < 0) return;
  kill();
  reap();
}

std::optional<int> ChildProcess::poll(std::chrono::milliseconds patience) {
  std::array<pollfd, 3> events{
      {{output_.get(), POLLIN, 0}, {wake_.get(), POLLIN, 0}, {pidfd_.get(), POLLIN, 0}}};
  const int ready = ::poll(events.data(), events.size(), static_cast<int>(patience.count()));
  if (ready < 0 && errno != EINTR) throw oci::errno_error("waiting for a command");
  if (ready <= 0) return std::nullopt;
  if (events[1].revents != 0) {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto got = ::read(wake_.get(), &count, sizeof count);
  }
  if (events[2].revents == 0) {
    if (events[0].revents != 0) read_output();
    return std::nullopt;
  }
  // A grandchild may hold the pipe open for ever, so its end is not waited for.
  while (read_output()) {
  }
  lines_.finish();
  return reap();
}

bool ChildProcess::read_output() {
  if (!output_) return false;
  std::array<char, 16384> buffer;
  const ssize_t got = ::read(output_.get(), buffer.data(), buffer.size());
  if (got > 0) {
    lines_.write({buffer.data(), static_cast<std::size_t>(got)});
    return true;
  }
  if (got == 0) output_.reset();  // poll(2) ignores the -1 that stays
  return got < 0 && errno == EINTR;
}

void ChildProcess::wake() noexcept {
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto put = ::write(wake_.get(), &one, sizeof one);
}

void ChildProcess::kill() noexcept {
  if (pid_ >= 0) ::kill(pid_, SIGKILL);
}

int ChildProcess::reap() {
  int status = 0;
  while (::waitpid(pid_, &status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

CommandResult run_command(const ChildProcess::Command& command, std::chrono::milliseconds limit) {
  using Clock = std::chrono::steady_clock;
  CommandResult result;
  ChildProcess child(command, [&](std::string_view line) { result.lines.emplace_back(line); });
  const auto deadline = Clock::now() + limit;
  while (Clock::now() < deadline) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    if (const auto status = child.poll(left)) {
      result.exit_code = *status;
      return result;
    }
  }
  throw oci::Error(oci::ErrorCode::kFailed, command.argv.front() + " gives no answer");
}

}  // namespace bale::builder
