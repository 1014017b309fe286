// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

namespace bale::test {

/// Debian's docker-registry as a process of its own, on a free port of this machine, with its data
/// in a folder that goes with it.
class DockerRegistry {
 public:
  /// Further lines of its configuration, at the top level of the YAML.
  explicit DockerRegistry(const std::string& configuration = "");
  ~DockerRegistry();
  DockerRegistry(const DockerRegistry&) = delete;
  DockerRegistry& operator=(const DockerRegistry&) = delete;

  static bool is_installed();
  /// `127.0.0.1:PORT`
  std::string host() const;

 private:
  class Process;
  std::unique_ptr<Process> process_;
};

}  // namespace bale::test
