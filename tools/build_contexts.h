// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "builder/build_request.h"
#include "builder/git_checkouts.h"
#include "builder/remote_files.h"
#include "oci/temporary_folder.h"
#include "tools/program.h"
#include "tools/store_image_resolver.h"

namespace bale::tools {

/// The contexts of a build as folders and images, wherever they come from. What was unpacked for it
/// goes with it. Used by the main thread.
class BuildContexts {
 public:
  /// All must outlive it; `images` is told of the layouts that stand for base images.
  BuildContexts(Program& program, builder::RemoteFiles& remote, StoreImageResolver& images);

  /// What standard input or a URL can be in place of a folder: a Dockerfile alone.
  struct Main {
    std::filesystem::path folder;
    std::optional<std::string> dockerfile = std::nullopt;
    bool is_local = false;  ///< a folder that the user has, rather than one made here
    /// Of a repository's commit or of an archive of the web, in seconds since 1970.
    std::optional<std::int64_t> time = std::nullopt;
  };
  using GitDir = builder::GitCheckouts::GitDir;
  /// A folder, `-` for an archive on standard input, the URL of an archive, a git repository, of
  /// which `git_dir` counts where the URL does not say.
  Main open(const std::string& text, GitDir git_dir);

  /// `--build-context NAME=SOURCE`: a folder, docker-image://, oci-layout://, a URL, a repository.
  /// What has to be fetched is fetched, by this object, when a stage reads from it.
  std::map<std::string, builder::NamedContextSource> open_named(
      const std::vector<std::string>& texts);

 private:
  builder::NamedContextSource open_source(const std::string& name, const std::string& source);
  oci::Reference open_layout(const std::string& name, const std::string& path);
  Main check_out(const std::string& repository, GitDir git_dir);
  Main open_download(const std::string& url);
  Main open_standard_input();
  Main unpack(oci::Source& content, const std::string& name);

  Program& program_;
  builder::RemoteFiles& remote_;
  StoreImageResolver& images_;
  oci::TemporaryFolder temporary_;
};

}  // namespace bale::tools
