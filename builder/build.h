// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <exception>
#include <filesystem>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build_services.h"
#include "builder/dockerfile.h"
#include "builder/image_assembly.h"
#include "builder/run_settings.h"
#include "oci/layer_writer.h"

namespace bale::builder {

/// A build as it was asked for.
struct BuildRequest {
  Dockerfile dockerfile;
  std::filesystem::path dockerfile_path = {};  ///< "" for standard input
  std::filesystem::path context = {};
  std::string ignore_file = {};  ///< --ignorefile, "" for the usual places
  std::vector<oci::Platform> platforms = {};
  std::string target = {};
  std::map<std::string, std::string> build_args = {};
  ImageEdits edits = {};
  oci::LayerOptions layer_options = {};
  bool use_cache = true;
  bool allow_run = true;
  std::size_t jobs = 1;  ///< steps at once, over stages and platforms
  RunSettings run_settings = {};
};

/// A platform that could not be built.
struct PlatformFailure {
  oci::Platform platform;
  std::exception_ptr error;
};

/// What a build made: all images are in the store, layers of base images excepted.
struct BuildOutcome {
  std::vector<PlatformImage> images;               ///< in the order of the platforms
  std::vector<PlatformFailure> failures;           ///< likewise
  std::optional<oci::Document<oci::Index>> index;  ///< where several platforms were asked for

  /// The index, else the one image. There must be one.
  const oci::Descriptor& root() const;
};

/// Builds all platforms; one that fails does not stop the others. Throws kInvalid for a Dockerfile
/// that is wrong and kInterrupted when `stop` was requested.
BuildOutcome build(const BuildRequest& request, const BuildServices& services,
                   std::stop_token stop);

}  // namespace bale::builder
