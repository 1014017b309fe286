// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "builder/line_splitter.h"
#include "oci/fd.h"

namespace bale::builder {

/// A program that bale started, never through a shell. Its standard input is empty; standard
/// output and standard error come as lines, in the order in which they were written. It runs in a
/// session of its own, so that a Ctrl-C at the terminal reaches bale alone. One thread at a time,
/// but for `wake`. Destroyed while the program runs: killed and waited for.
class ChildProcess {
 public:
  struct Command {
    std::vector<std::string> argv;  ///< argv[0] is looked up in PATH
    /// NAME=VALUE, on top of the environment of this process; nobody else can read them.
    std::vector<std::string> env = {};
  };

  /// Throws the errno error with "starting PROGRAM": kNotFound where there is none.
  ChildProcess(const Command& command, std::function<void(std::string_view)> line);
  ~ChildProcess();
  ChildProcess(const ChildProcess&) = delete;
  ChildProcess& operator=(const ChildProcess&) = delete;

  /// Delivers output until the program ends, `wake` is called or `patience` is over; returns after
  /// each delivery too. The exit status (128 + N for signal N) once it has ended and everything it
  /// wrote has been delivered.
  std::optional<int> poll(std::chrono::milliseconds patience);
  /// Ends a running or the next `poll` early. From any thread.
  void wake() noexcept;
  void kill() noexcept;

 private:
  /// False where nothing can be read now.
  bool read_output();
  int reap();

  LineSplitter lines_;
  oci::UniqueFd output_;
  oci::UniqueFd wake_;
  oci::UniqueFd pidfd_;
  int pid_ = -1;
};

/// Runs a short command to its end. Throws as ChildProcess does; kFailed if it takes longer than
/// `limit`.
struct CommandResult {
  int exit_code = 0;
  std::vector<std::string> lines;
};
CommandResult run_command(const ChildProcess::Command& command, std::chrono::milliseconds limit);

}  // namespace bale::builder
