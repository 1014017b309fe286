// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/executor.h"

namespace bale::builder {

/// The `podman run` that executes a request: nothing of the host enters the root filesystem or the
/// environment, nothing is written to Podman's logs, the capabilities are Docker's.
std::vector<std::string> podman_run_argv(const std::string& program, const RunRequest& request);

/// Where podman notes that the container exists, and that its first process was started.
std::filesystem::path container_id_file(const std::filesystem::path& scratch);
std::filesystem::path process_id_file(const std::filesystem::path& scratch);

}  // namespace bale::builder
