// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <sys/types.h>

namespace bale::test {

/// `bale serve` as a process of its own, on a port that the kernel chose. Ends with this.
class ServeProcess {
 public:
  /// `arguments` follow `serve --addr 127.0.0.1:0`.
  explicit ServeProcess(std::filesystem::path store, std::vector<std::string> arguments = {});
  ~ServeProcess();
  ServeProcess(const ServeProcess&) = delete;
  ServeProcess& operator=(const ServeProcess&) = delete;

  /// `127.0.0.1:PORT`, as it printed it.
  const std::string& host() const { return host_; }
  /// Sends the signal and waits; the exit status, -1 where the signal ended it.
  int stop(int signal);
  /// `kill -9`
  void kill();
  /// What was in memory at most until now.
  long peak_memory_kib() const;
  /// Bytes in unfinished files of the store.
  std::uint64_t temporary_bytes() const;

 private:
  const std::filesystem::path store_;
  std::string host_;
  pid_t pid_ = -1;
};

}  // namespace bale::test
