// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "builder/build.h"
#include "oci/image_name.h"
#include "oci/reference.h"
#include "tools/build_contexts.h"
#include "tools/build_options.h"

namespace bale::tools {

using BuildArgs = std::map<std::string, std::string>;

/// --build-arg and --build-arg-file, the former first. Reads the files: once, they may be pipes.
BuildArgs build_args(const BuildOptions& options);

/// The build that the options, the environment and the defaults together ask for. Reads the
/// Dockerfile. Throws kInvalid, and kNotFound for a context or
/// Dockerfile that is not there.
builder::BuildRequest make_build_request(const BuildOptions& options, const BuildArgs& args,
                                         const BuildContexts::Main& context,
                                         const std::stop_token& stop);

/// Whether a build argument (BUILDKIT_CONTEXT_KEEP_GIT_DIR) says that a context that is a
/// repository comes with its .git folder.
BuildContexts::GitDir git_dir(const BuildArgs& args);

/// Where an image goes that is built.
struct BuildTargets {
  std::vector<oci::Reference> names;    ///< -t, with their tags
  std::vector<oci::ImageName> outputs;  ///< -o
};

/// Throws kInvalid, so that nothing is built for a place that is none.
BuildTargets build_targets(const BuildOptions& options);

}  // namespace bale::tools
