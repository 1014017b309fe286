// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/digest.h"
#include "oci/platform.h"

namespace bale::oci {

/// How a container's health is asked for; a field of Docker's that OCI readers ignore. Durations
/// are nanoseconds, 0 means the default of the engine.
struct Healthcheck {
  std::vector<std::string> test;
  std::int64_t interval = 0;
  std::int64_t timeout = 0;
  std::int64_t start_period = 0;
  std::int64_t start_interval = 0;
  std::int64_t retries = 0;

  friend bool operator==(const Healthcheck&, const Healthcheck&) = default;
};

/// How a container of the image runs (image-spec, config.md, "config").
struct RuntimeConfig {
  std::string user;
  std::set<std::string> exposed_ports;
  std::vector<std::string> env;  ///< NAME=VALUE, in the order they were set
  std::optional<std::vector<std::string>> entrypoint;
  std::optional<std::vector<std::string>> cmd;
  std::set<std::string> volumes;
  std::string working_dir;
  std::map<std::string, std::string> labels;
  std::string stop_signal;
  std::vector<std::string> shell;          ///< Docker's SHELL
  std::optional<Healthcheck> healthcheck;  ///< Docker's HEALTHCHECK
  std::vector<std::string> on_build;       ///< Docker's ONBUILD triggers
  bool args_escaped = false;

  friend bool operator==(const RuntimeConfig&, const RuntimeConfig&) = default;
};

/// One line of the history: a layer, or with `empty_layer` an instruction that made none.
struct History {
  std::string created;  ///< RFC 3339, or ""
  std::string created_by;
  std::string author;
  std::string comment;
  bool empty_layer = false;

  friend bool operator==(const History&, const History&) = default;
};

/// The config of an image (image-spec, config.md).
struct ImageConfig {
  std::string created;  ///< RFC 3339, or ""
  std::string author;
  Platform platform;
  RuntimeConfig config;
  std::vector<DiffId> diff_ids;
  std::vector<History> history;

  friend bool operator==(const ImageConfig&, const ImageConfig&) = default;
};

/// Throws kCorrupt with the JSON path of the fault.
ImageConfig parse_image_config(std::string_view json);
/// Compact JSON in the order of the specification; absent and empty fields are left out.
std::string to_json(const ImageConfig& config);

}  // namespace bale::oci
