// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include "builder/emulation.h"
#include "builder/executor.h"

namespace bale::builder {

class ChildProcess;

/// Executes commands with a local Podman, at least 4.0, as root. Podman's own settings (runtime,
/// cgroups, limits, network) are those of containers.conf. Thread-safe.
class PodmanExecutor final : public Executor {
 public:
  /// `program`: a path, or a name that is looked up in PATH.
  explicit PodmanExecutor(std::string program = "podman") : program_(std::move(program)) {}

  void check(const oci::Platform& platform) override;
  RunOutcome run(const RunRequest& request, const RunEvents& events, std::stop_token stop) override;
  void clean_up(const std::filesystem::path& scratch) override;

  /// "4.3.1". Throws kFailed where there is no Podman, or one that is too old.
  std::string version();

 private:
  std::string probe_version() const;
  void end_container(ChildProcess& child, const std::filesystem::path& scratch) const;
  void remove_container(const std::filesystem::path& scratch) const;

  std::string program_;
  Emulation emulation_;
  std::mutex mutex_;
  std::optional<std::string> version_;  // guarded by mutex_
};

}  // namespace bale::builder
