// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <memory>
#include <stop_token>
#include <string>

#include "builder/copy_selection.h"
#include "builder/downloads.h"
#include "builder/file_tree.h"
#include "builder/git_checkouts.h"
#include "builder/step.h"

namespace bale::builder {

/// What ADD fetches: files from the web, and trees of git repositories. Thread-safe.
class RemoteFiles {
 public:
  /// `folder` keeps what was fetched; `fetcher` must outlive it.
  RemoteFiles(const std::filesystem::path& folder, HttpFetcher& fetcher);

  /// A tree, and what in it is meant.
  struct Place {
    std::shared_ptr<const FileTree> tree;
    std::string path;  ///< "" for all of it
  };
  /// Throws kInvalid for a URL that names no file although the step needs a name.
  Place open(const std::string& source, const AddStep& step, const std::stop_token& stop);

  Downloads& downloads() { return downloads_; }
  GitCheckouts& checkouts() { return checkouts_; }

 private:
  Downloads downloads_;
  GitCheckouts checkouts_;
};

/// The sources of ADD, local ones from `context`, others fetched; `inline_time` is the time of
/// here-documents. Throws what select_files and fetching throw.
CopySelection select_added(const AddStep& step, const std::shared_ptr<const FileTree>& context,
                           RemoteFiles& remote, oci::FileTime inline_time,
                           const std::stop_token& stop);

}  // namespace bale::builder
