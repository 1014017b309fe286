// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <vector>

#include "builder/executor.h"

namespace bale::builder {

/// The `podman run` that executes a request: nothing of the host enters the root filesystem or the
/// environment, nothing is written to Podman's logs, the capabilities are Docker's.
std::vector<std::string> podman_run_argv(const std::string& program, const RunRequest& request);

/// The link to the folder that is podman's store in place of the user's, for a run with secrets in
/// its environment: they would stay in the database that podman has of containers. Where it exists,
/// every call of podman that is about the run needs `store_options`.
std::filesystem::path private_store_link(const std::filesystem::path& scratch);
std::vector<std::string> store_options(const std::filesystem::path& scratch);

/// Where podman notes that the container exists, and that its first process was started.
std::filesystem::path container_id_file(const std::filesystem::path& scratch);
std::filesystem::path process_id_file(const std::filesystem::path& scratch);

}  // namespace bale::builder
