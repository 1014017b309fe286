// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "oci/image_edit.h"
#include "tools/packing_options.h"

namespace bale::tools {

/// A health check as it was typed.
struct HealthcheckOptions {
  std::optional<std::string> test;
  std::optional<std::string> interval, timeout, start_period, start_interval, retries;
  bool unset = false;
};

/// The options of `bale mutate` as they were typed.
struct MutateOptions {
  std::string source;
  std::vector<std::string> targets;
  std::vector<std::string> platforms;
  bool force = false;

  std::vector<std::string> labels, unset_labels;
  std::vector<std::string> env, unset_env;
  std::vector<std::string> annotations, unset_annotations;
  std::vector<std::string> ports, unset_ports;
  std::vector<std::string> volumes, unset_volumes;
  std::optional<std::string> entrypoint, cmd, user, workdir, stop_signal;
  bool unset_entrypoint = false, unset_cmd = false, unset_user = false, unset_workdir = false,
       unset_stop_signal = false;
  HealthcheckOptions healthcheck;

  std::string os, architecture, variant, os_version;
  std::string created, created_by, comment;
  std::optional<std::string> author;

  std::string rebase;
  std::vector<std::string> drop_layers, drop_created_by;
  std::vector<std::string> layers;
  bool squash = false;
  PackingOptions packing;
  bool force_compression = false;
  std::optional<oci::ImageFormat> format;
  oci::StaleAttestations attestations = oci::StaleAttestations::kDrop;
};

}  // namespace bale::tools
