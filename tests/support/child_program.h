// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bale::test {

/// A program that a test starts, and may kill at any moment. Thread-safe.
class ChildProgram {
 public:
  /// The output goes nowhere.
  explicit ChildProgram(std::vector<std::string> command);
  ~ChildProgram();
  ChildProgram(const ChildProgram&) = delete;
  ChildProgram& operator=(const ChildProgram&) = delete;

  /// `kill -9`; nothing where it has ended.
  void kill();

  struct End {
    bool killed = false;
    int status = 0;            ///< of exit, where it was not killed
    long peak_memory_kib = 0;  ///< what was in memory at most
  };
  End wait();

 private:
  std::mutex mutex_;  // guards the process id, which another process may have once it is waited for
  pid_t pid_ = -1;
};

}  // namespace bale::test
