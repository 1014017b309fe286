// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <string>

namespace bale::test {

/// Parts of its YAML configuration.
struct DockerRegistryOptions {
  /// Lines at the top level.
  std::string more = {};
  /// Lines inside `storage`.
  std::string storage =
      "  delete: {enabled: true}\n  maintenance: {uploadpurging: {enabled: false}}\n";
  /// Further members of `http`, each after a comma.
  std::string http = {};
  /// Where it keeps its data; empty: a folder that goes with it.
  std::filesystem::path data = {};
};

/// Debian's docker-registry as a process of its own, on a free port of this machine.
class DockerRegistry {
 public:
  explicit DockerRegistry(const DockerRegistryOptions& options = {});
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
