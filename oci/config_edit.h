// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/platform.h"

namespace bale::oci {

/// What is to be set in a health check; the rest stays. With `test` it is a new one.
struct HealthcheckEdit {
  std::optional<std::vector<std::string>> test = std::nullopt;
  std::optional<std::int64_t> interval = std::nullopt;  ///< nanoseconds, as the others
  std::optional<std::int64_t> timeout = std::nullopt;
  std::optional<std::int64_t> start_period = std::nullopt;
  std::optional<std::int64_t> start_interval = std::nullopt;
  std::optional<std::int64_t> retries = std::nullopt;
  bool unset = false;

  friend bool operator==(const HealthcheckEdit&, const HealthcheckEdit&) = default;
};

/// What is to be changed in the config of an image; the rest stays as it is.
struct ConfigEdit {
  std::vector<std::string> env = {};  ///< NAME=VALUE; a known name keeps its place
  std::map<std::string, std::string> labels = {};
  std::optional<std::vector<std::string>> entrypoint = std::nullopt;  ///< empty: taken away
  std::optional<std::vector<std::string>> cmd = std::nullopt;         ///< empty: taken away
  std::optional<std::string> user = std::nullopt;                     ///< "": taken away
  std::optional<std::string> working_dir = std::nullopt;              ///< "": taken away
  std::optional<std::string> stop_signal = std::nullopt;              ///< "": taken away
  std::optional<std::string> author = std::nullopt;                   ///< "": taken away
  HealthcheckEdit healthcheck = {};
  std::set<std::string> exposed_ports = {};
  std::set<std::string> volumes = {};
  std::set<std::string> unset_env = {};
  std::set<std::string> unset_labels = {};
  std::set<std::string> unset_ports = {};
  std::set<std::string> unset_volumes = {};
  /// When the image was made; nothing that its history tells of was later.
  std::optional<std::chrono::sys_seconds> created = std::nullopt;
  std::optional<Platform> platform = std::nullopt;

  friend bool operator==(const ConfigEdit&, const ConfigEdit&) = default;
};

/// The JSON of an image config with the edit made; the same bytes where nothing changes. Fields
/// that the specification does not know stay as they are. Throws kCorrupt for a config that cannot
/// be edited, kInvalid where a health check is to be changed and there is none.
std::string edited_config(std::string_view json, const ConfigEdit& edit);

}  // namespace bale::oci
