// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "oci/secret.h"

namespace bale::builder {

/// What the person who builds gives to every RUN of the build.
struct RunSettings {
  /// Options for `podman run`, one element each: `--add-host=db:10.0.0.1`, `--shm-size=1g`.
  std::vector<std::string> podman_options = {};
  /// For steps that leave the network open, as `podman run --network` has it; "" for podman's own.
  std::string network = {};
  std::optional<std::chrono::milliseconds> timeout = std::nullopt;
  std::map<std::string, oci::Secret> secrets = {};               ///< by id
  std::map<std::string, std::filesystem::path> ssh_agents = {};  ///< sockets, by id
  /// Where the folders of cache mounts live; made when it is first needed.
  std::filesystem::path cache_mounts;
};

}  // namespace bale::builder
