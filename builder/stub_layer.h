// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "builder/executor.h"

namespace bale::builder {

/// Fills the empty folder `stub` with every file and folder that podman would make in a root
/// filesystem (/proc, /etc/hosts, what the step mounts, its working folder). As the lowest
/// layer of the overlay it gives podman what it looks for, and nothing has to be cleaned up after
/// the run. `base` is the root filesystem without it, whose links decide where a path leads.
void make_stub_layer(const std::filesystem::path& stub, const std::filesystem::path& base,
                     const RunRequest& request);

}  // namespace bale::builder
