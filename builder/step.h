// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "builder/file_origin.h"
#include "builder/run_mount.h"
#include "builder/source_text.h"

namespace bale::builder {

/// A file whose content stands in the Dockerfile (a here-document): 0644, owned by root unless the
/// step says otherwise.
struct InlineFile {
  std::string name;
  std::string content;

  friend bool operator==(const InlineFile&, const InlineFile&) = default;
};

/// Where COPY and ADD write to.
struct Destination {
  std::string path;           ///< absolute and clean: no `.`, `..`, double or trailing slashes
  bool is_directory = false;  ///< written as `.`, `/`, `x/` or `x/.`: never the name of a file

  friend bool operator==(const Destination&, const Destination&) = default;
};

/// COPY with everything expanded. Of several sources later ones win; `sources` come before `files`.
struct CopyStep {
  std::vector<std::string> sources;  ///< as written: patterns, relative or absolute, not cleaned
  std::vector<InlineFile> files;
  Destination destination;
  FileOrigin origin = BuildContext{};
  std::string chown;  ///< `USER[:GROUP]` by name or number, "" for none
  std::string chmod;  ///< octal or symbolic, valid by its grammar, "" for none
  bool link = false;
  bool parents = false;
  std::vector<std::string> excludes;

  friend bool operator==(const CopyStep&, const CopyStep&) = default;
};

/// ADD with everything expanded. A source is remote when `is_remote_source` says so.
struct AddStep {
  CopyStep copy;         ///< what it shares with COPY; its origin is the build context
  std::string checksum;  ///< of the one remote source, "" for none
  std::optional<bool> keep_git_dir;
  std::optional<bool> unpack;  ///< nullopt: local archives are unpacked, remote ones are not

  friend bool operator==(const AddStep&, const AddStep&) = default;
};

enum class RunNetwork { kDefault, kNone, kHost };
enum class RunSecurity { kSandbox, kInsecure };

/// A device of the Container Device Interface.
struct RunDevice {
  std::string name;
  bool required = false;

  friend bool operator==(const RunDevice&, const RunDevice&) = default;
};

/// Where a RUN sees its scripts.
inline constexpr const char* kScriptFolder = "/dev/pipes/";

/// RUN with everything expanded.
struct RunStep {
  std::vector<std::string> argv;  ///< with the shell before it where the step has the shell form
  std::vector<std::string> env;   ///< NAME=VALUE: the image's ENV and the ARGs that are visible
  /// NAME=VALUE of proxies that no ARG declared: given to the command, part of no cache key.
  std::vector<std::string> proxy_env;
  std::string cwd;   ///< absolute
  std::string user;  ///< as USER has it, "" for root
  RunNetwork network = RunNetwork::kDefault;
  RunSecurity security = RunSecurity::kSandbox;
  std::vector<RunMount> mounts;
  std::vector<RunDevice> devices;
  /// Here-documents that start with `#!`: files in kScriptFolder, mode 0755, while the step runs.
  std::vector<InlineFile> scripts;

  friend bool operator==(const RunStep&, const RunStep&) = default;
};

/// WORKDIR: makes the folder and its parents, 0755, owned by the user, where they are missing.
struct WorkdirStep {
  std::string path;  ///< absolute and clean, never "/"
  std::string user;  ///< as USER has it, "" for root

  friend bool operator==(const WorkdirStep&, const WorkdirStep&) = default;
};

/// One instruction that touches the file system, with all that is needed to carry it out; it makes
/// exactly one layer, though that may be empty.
struct Step {
  std::variant<CopyStep, AddStep, RunStep, WorkdirStep> action;
  std::string created_by;  ///< the history line: `RUN /bin/sh -c make # buildkit`
  std::string text;        ///< as it stands in the Dockerfile, on one line, for progress
  SourceRange range;

  friend bool operator==(const Step&, const Step&) = default;
};

}  // namespace bale::builder
