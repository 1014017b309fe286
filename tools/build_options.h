// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "tools/packing_options.h"

namespace bale::tools {

/// The options of `bale build` as they were typed.
struct BuildOptions {
  std::string context = ".";
  std::string file;
  std::vector<std::string> tags;
  std::vector<std::string> platforms;
  std::vector<std::string> outputs;
  std::string target;
  std::vector<std::string> build_args;
  std::vector<std::string> build_arg_files;
  std::vector<std::string> build_contexts;
  std::vector<std::string> labels;
  std::vector<std::string> annotations;
  std::vector<std::string> unset_env;
  std::string ignore_file;
  std::string pull = "missing";
  std::string source_date_epoch;
  PackingOptions packing;
  std::string iid_file;
  std::string digest_file;
  std::string metadata_file;
  std::string podman = "podman";
  std::string run_timeout;
  std::vector<std::string> podman_options;  ///< in the form that `podman run` takes
  std::string network;
  std::vector<std::string> secrets;
  std::vector<std::string> ssh_agents;
  std::optional<std::size_t> jobs;  ///< none, or 0: the cores
  bool check = false;
  bool dry_run = false;
  bool push = false;
  bool force = false;
  bool platform_tags = false;
  bool allow_partial = false;
  bool no_cache = false;
  bool no_run = false;
  bool verify = false;
};

}  // namespace bale::tools
