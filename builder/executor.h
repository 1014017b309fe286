// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.h"

namespace bale::builder {

enum class Access { kReadOnly, kReadWrite };

/// Something of the host that a command sees for the time of its run; no part of the layer.
struct HostMount {
  enum class Kind { kBind, kTmpfs };
  Kind kind = Kind::kBind;
  std::filesystem::path source = {};  ///< a file or folder of the host; not for tmpfs
  std::string target;                 ///< an absolute path inside
  Access access = Access::kReadOnly;
  std::optional<std::uint64_t> size = std::nullopt;  ///< bytes, for tmpfs
};

/// One command to execute in a root filesystem.
struct RunRequest {
  /// Unique on this machine while the command runs: `[A-Za-z0-9_.-]+`.
  std::string name = {};
  std::filesystem::path root = {};
  /// An existing folder, empty, for what the executor notes while the command runs.
  std::filesystem::path scratch = {};
  std::vector<std::string> argv = {};
  std::vector<std::string> env = {};         ///< NAME=VALUE, any bytes but NUL
  std::vector<std::string> secret_env = {};  ///< NAME=VALUE, to be kept out of every command line
  std::string cwd = "/";                     ///< must exist in the root filesystem
  std::string user = {};                     ///< as USER has it; "" is root
  std::string hostname = "buildkitsandbox";
  /// As `podman run --network` has it; "" for podman's own.
  std::string network = {};
  std::vector<HostMount> mounts = {};
  /// Options for `podman run`, one element each (`--add-host=a:1.2.3.4`).
  std::vector<std::string> options = {};
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
};

/// How a command ended. Everything but kExited left no process behind; kStatusLost is a command
/// that ran to its end, and nobody kept its exit code.
struct RunOutcome {
  enum class End { kExited, kTimedOut, kInterrupted, kStatusLost };
  End end = End::kExited;
  int exit_code = 0;        ///< 128 + N for signal N
  std::string last_output;  ///< its last lines, at most 20
};

/// What somebody who watches a command hears of it. Called from the thread that runs it.
struct RunEvents {
  std::function<void(std::string_view line)> output = [](std::string_view) {};
  /// The command has printed nothing for a minute, and has run for `elapsed`.
  std::function<void(std::chrono::seconds elapsed)> silent = [](std::chrono::seconds) {};
};

/// Executes the RUN steps of a build. Thread-safe.
class Executor {
 public:
  virtual ~Executor() = default;

  /// Throws, with what to do about it, where commands of this platform cannot be executed here.
  /// Cheap after the first time.
  virtual void check(const oci::Platform& platform) = 0;

  /// Runs the command to its end. Throws kFailed where it could not be started: what the command
  /// itself does is an outcome.
  virtual RunOutcome run(const RunRequest& request, const RunEvents& events,
                         std::stop_token stop) = 0;

  /// Ends what a `run` of an earlier process, which died, may have left running with this scratch
  /// folder.
  virtual void clean_up(const std::filesystem::path& scratch) = 0;
};

}  // namespace bale::builder
