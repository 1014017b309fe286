// SPDX-License-Identifier: Apache-2.0
#include "builder/podman_executor.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cstdlib>
#include <deque>
#include <filesystem>
#include <system_error>

#include <sys/mount.h>
#include <unistd.h>

#include "builder/child_process.h"
#include "builder/mount_point.h"
#include "builder/podman_argv.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

using Clock = std::chrono::steady_clock;
using oci::Error;
using oci::ErrorCode;
using std::chrono::milliseconds;

constexpr milliseconds kPodmanPatience = std::chrono::seconds(30);
constexpr int kOldestMajor = 4;  // the first with --passwd, --unsetenv-all, passthrough
constexpr std::size_t kLastLines = 20;
constexpr const char* kInstallHint =
    "install podman 4.0 or newer, name it with --podman PATH, or build without RUN";

/// Podman's records of a run with secrets, in memory, and gone with it. Podman takes no path of
/// more than 50 characters for some of them, so they cannot be in the scratch folder.
class PrivateStore {
 public:
  explicit PrivateStore(const RunRequest& request) : scratch_(request.scratch) {
    if (request.secret_env.empty()) return;
    std::string folder = "/tmp/bale-XXXXXX";
    if (::mkdtemp(folder.data()) == nullptr) throw oci::errno_error("making " + folder);
    std::filesystem::create_directory_symlink(folder, private_store_link(scratch_));
    if (::mount("tmpfs", folder.c_str(), "tmpfs", 0, "mode=0700") == 0) return;
    const auto error = oci::errno_error("mounting a tmpfs on " + folder);
    remove(scratch_);
    throw error;
  }
  ~PrivateStore() { remove(scratch_); }
  PrivateStore(const PrivateStore&) = delete;
  PrivateStore& operator=(const PrivateStore&) = delete;

  /// That of a run with this scratch folder, if it has one.
  static void remove(const std::filesystem::path& scratch) noexcept {
    std::error_code error;
    const auto link = private_store_link(scratch);
    const auto folder = std::filesystem::read_symlink(link, error);
    if (error) return;
    unmount_below(folder);
    unmount(folder);
    std::filesystem::remove(folder, error);
    std::filesystem::remove(link, error);
  }

 private:
  const std::filesystem::path scratch_;
};

/// Says when a command ought to have ended, and when it has been silent for another minute.
class RunClock {
 public:
  explicit RunClock(std::optional<milliseconds> timeout)
      : deadline_(timeout ? start_ + *timeout : Clock::time_point::max()) {}

  void heard() { silent_since_ = Clock::now(); }
  bool expired() const { return Clock::now() >= deadline_; }
  milliseconds patience() const {
    const auto next = std::min(deadline_, silent_since_ + kSilence) - Clock::now();
    return std::max(milliseconds(0), std::chrono::ceil<milliseconds>(next));
  }
  /// The time since the start, once a minute of silence.
  std::optional<std::chrono::seconds> silence() {
    if (Clock::now() < silent_since_ + kSilence) return std::nullopt;
    heard();
    return std::chrono::floor<std::chrono::seconds>(silent_since_ - start_);
  }

 private:
  static constexpr auto kSilence = std::chrono::minutes(1);
  Clock::time_point start_ = Clock::now();
  Clock::time_point deadline_;
  Clock::time_point silent_since_ = start_;
};

/// The last lines that a command printed.
class OutputTail {
 public:
  void add(std::string_view line) {
    lines_.emplace_back(line);
    if (lines_.size() > kLastLines) lines_.pop_front();
  }
  std::string text() const {
    std::string text;
    for (const auto& line : lines_) text += (text.empty() ? "" : "\n") + line;
    return text;
  }

 private:
  std::deque<std::string> lines_;
};

/// Podman's own complaint: the last line that begins with "Error: ", else the last line.
std::string complaint(const std::string& output) {
  constexpr std::string_view kPrefix = "Error: ";
  if (output.empty()) return "it says nothing";
  const std::string lines = "\n" + output;
  const auto marked = lines.rfind("\n" + std::string(kPrefix));
  const auto start =
      marked != std::string::npos ? marked + 1 + kPrefix.size() : lines.rfind('\n') + 1;
  return lines.substr(start, lines.find('\n', start) - start);
}

constexpr std::string_view kExecFormatError = "xec format error";

[[noreturn]] void throw_foreign(const std::string& reason) {
  throw Error(ErrorCode::kFailed, "the program is for another machine: " + reason,
              "check the platform of the base image; for a foreign platform install "
              "qemu-user-static binfmt-support");
}

/// Whether podman blames what the step says, its program, user or folder, and not the machine: the
/// exit codes 126 and 127 alone do not tell.
bool blames_the_step(const std::string& reason) {
  constexpr std::array<std::string_view, 5> kSigns = {
      "OCI runtime attempted to invoke a command that was not found", "OCI permission denied",
      "unable to find user", "unable to find group", "workdir "};
  return std::any_of(kSigns.begin(), kSigns.end(), [&reason](std::string_view sign) {
    return reason.find(sign) != std::string::npos;
  });
}

[[noreturn]] void throw_not_started(const RunOutcome& outcome) {
  const std::string reason = complaint(outcome.last_output);
  if (reason.find(kExecFormatError) != std::string::npos) throw_foreign(reason);
  if (blames_the_step(reason)) {
    throw Error(ErrorCode::kStepFailed, "the command cannot be started: " + reason);
  }
  throw Error(ErrorCode::kFailed, "podman refuses to run the command: " + reason,
              "try podman run by hand; its runtime, cgroup manager, limits and network are set in "
              "containers.conf, see containers.conf(5)",
              outcome.last_output);
}

void require_started(const RunRequest& request, const RunOutcome& outcome) {
  if (!std::filesystem::exists(process_id_file(request.scratch))) throw_not_started(outcome);
  // Runtimes may have a process before they know that the kernel does not take the program: "exec
  // /bin/sh: exec format error" (runc), "exec container process `/bin/sh`: ..." (crun).
  const std::string& output = outcome.last_output;
  const bool by_runtime =
      output.starts_with("exec ") || output.find("exec container process") != std::string::npos;
  if (by_runtime && output.find('\n') == std::string::npos &&
      output.find(kExecFormatError) != std::string::npos) {
    throw_foreign(output);
  }
}

/// Podman and its own cleaning up may race for the exit code of a command that has ended: "Error:
/// ...: no such exit code (container in state running)".
bool status_is_lost(const RunOutcome& outcome) {
  constexpr int kPodmanFailed = 127;
  return outcome.exit_code == kPodmanFailed &&
         complaint(outcome.last_output).find("no such exit code") != std::string::npos;
}

int major_of(const std::string& version) {
  int major = 0;
  std::from_chars(version.data(), version.data() + version.size(), major);
  return major;
}

}  // namespace

void PodmanExecutor::check(const oci::Platform& platform) {
  if (::geteuid() != 0) {
    throw Error(ErrorCode::kFailed, "RUN steps need root: rootless RUN is not supported yet",
                "run bale as root, or build a Dockerfile without RUN");
  }
  version();
  if (const auto obstacle = emulation_.obstacle(platform)) {
    throw Error(ErrorCode::kFailed,
                "emulation missing for " + platform.to_string() + ": " + obstacle->reason,
                obstacle->hint);
  }
}

std::string PodmanExecutor::version() {
  const std::lock_guard lock(mutex_);
  if (!version_) version_ = probe_version();
  return *version_;
}

std::string PodmanExecutor::probe_version() const {
  CommandResult result;
  try {
    result =
        run_command({{program_, "version", "--format", "{{.Client.Version}}"}}, kPodmanPatience);
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kNotFound) throw;
    throw Error(ErrorCode::kFailed, "executing RUN: there is no " + program_ + " here",
                kInstallHint);
  }
  if (result.exit_code != 0 || result.lines.empty()) {
    throw Error(ErrorCode::kFailed,
                "asking " + program_ + " for its version: " +
                    (result.lines.empty() ? "it says nothing" : complaint(result.lines.back())));
  }
  if (major_of(result.lines.back()) < kOldestMajor) {
    throw Error(ErrorCode::kFailed, program_ + " " + result.lines.back() + " is too old",
                kInstallHint);
  }
  return result.lines.back();
}

RunOutcome PodmanExecutor::run(const RunRequest& request, const RunEvents& events,
                               std::stop_token stop) {
  OutputTail tail;
  RunClock clock(request.timeout);
  const auto heard = [&](std::string_view line) {
    clock.heard();
    tail.add(line);
    events.output(line);
  };
  const PrivateStore store(request);
  ChildProcess child({podman_run_argv(program_, request), request.secret_env}, heard);
  const std::stop_callback wake(stop, [&child] { child.wake(); });

  RunOutcome outcome;
  std::optional<int> status;
  while (!(status = child.poll(clock.patience()))) {
    if (stop.stop_requested()) outcome.end = RunOutcome::End::kInterrupted;
    if (clock.expired()) outcome.end = RunOutcome::End::kTimedOut;
    if (outcome.end != RunOutcome::End::kExited) {
      end_container(child, request.scratch);
      break;
    }
    if (const auto elapsed = clock.silence()) events.silent(*elapsed);
  }
  outcome.exit_code = status.value_or(0);
  outcome.last_output = tail.text();
  if (outcome.end == RunOutcome::End::kExited && outcome.exit_code != 0) {
    require_started(request, outcome);
    if (status_is_lost(outcome)) outcome.end = RunOutcome::End::kStatusLost;
  }
  return outcome;
}

// The container is removed by its id as often as it takes: podman may be about to create it still.
void PodmanExecutor::end_container(ChildProcess& child,
                                   const std::filesystem::path& scratch) const {
  constexpr milliseconds kBetween(200);
  const auto deadline = Clock::now() + kPodmanPatience;
  while (Clock::now() < deadline) {
    remove_container(scratch);
    const auto again = Clock::now() + kBetween;
    while (Clock::now() < again) {
      if (child.poll(kBetween)) return;
    }
  }
  child.kill();
  remove_container(scratch);
}

void PodmanExecutor::remove_container(const std::filesystem::path& scratch) const {
  const auto id = container_id_file(scratch);
  if (!std::filesystem::exists(id)) return;
  ChildProcess::Command command{{program_}};
  for (const auto& words : {store_options(scratch), {"rm", "--force", "--ignore", "--time=0"}}) {
    command.argv.insert(command.argv.end(), words.begin(), words.end());
  }
  command.argv.push_back("--cidfile=" + id.string());
  run_command(command, kPodmanPatience);
}

void PodmanExecutor::clean_up(const std::filesystem::path& scratch) {
  remove_container(scratch);
  PrivateStore::remove(scratch);
}

}  // namespace bale::builder
