// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "oci/io.h"

namespace bale::builder {

/// What the command line says of a build's files.
struct ContextOptions {
  std::filesystem::path folder = ".";
  std::string dockerfile;   ///< `-f`, "-" for standard input, "" for the default
  std::string ignore_file;  ///< `--ignorefile`, "" for the default
};

/// Where a build's files are.
struct Context {
  std::filesystem::path folder;
  std::string dockerfile_name;  ///< for messages
  std::string dockerfile;       ///< its text
  /// `--ignorefile`, else `DOCKERFILE.containerignore` or `DOCKERFILE.dockerignore` beside the
  /// Dockerfile, else `.containerignore` or `.dockerignore` in the folder; nothing where there is
  /// none of them.
  std::optional<std::filesystem::path> ignore_file;
};

/// Finds the Dockerfile (default: `Containerfile`, else `Dockerfile` in the folder; one that is
/// named is looked for from here, then from the folder) and reads it, from `standard_input` where
/// that is asked for. Throws kInvalid where there is no such folder or file.
Context find_context(const ContextOptions& options, oci::Source& standard_input);

}  // namespace bale::builder
