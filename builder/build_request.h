// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <functional>
#include <future>
#include <map>
#include <string>
#include <variant>
#include <vector>

#include "builder/dockerfile.h"
#include "builder/image_assembly.h"
#include "builder/run_settings.h"
#include "builder/stage_graph.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// A folder of this machine that may have to be fetched: once, and only if somebody asks for it.
using FolderSource = std::shared_future<std::filesystem::path>;
FolderSource folder_source(std::function<std::filesystem::path()> fetch);

/// What a named context is in the end: a folder, or an image.
using NamedContextSource = std::variant<FolderSource, oci::Reference>;

/// A build as it was asked for.
struct BuildRequest {
  Dockerfile dockerfile;
  std::filesystem::path dockerfile_path = {};  ///< "" for standard input
  std::filesystem::path context = {};
  /// What the cache knows the context by where its folder is another one each time; "" for the
  /// path.
  std::string context_name = {};
  std::string ignore_file = {};  ///< --ignorefile, "" for the usual places
  std::vector<oci::Platform> platforms = {};
  std::string target = {};
  std::map<std::string, NamedContextSource> named_contexts = {};  ///< --build-context, by name
  std::map<std::string, std::string> build_args = {};
  ImageEdits edits = {};
  oci::LayerOptions layer_options = {};
  bool use_cache = true;
  bool allow_run = true;
  std::size_t jobs = 1;  ///< steps at once, over stages and platforms
  RunSettings run_settings = {};
};

/// What of a request decides the graph of its stages.
GraphInputs graph_inputs(const BuildRequest& request);

}  // namespace bale::builder
