// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "builder/file_tree.h"
#include "builder/tree_filter.h"
#include "oci/fd.h"

namespace bale::builder {

/// A folder on disk as builds see it: everything belongs to 0:0, symbolic links are told as they
/// are and never followed, sockets are empty files, and of the extended attributes those count that
/// belong to the file rather than to this machine (`user.*`, `security.capability`). Files are
/// opened below the root's descriptor, so a tree that changes meanwhile cannot lead out of it.
/// A folder that the filter hides shows if it holds something that shows.
///
/// Throws kNotFound or kDenied for a root that cannot be opened.
class ContextTree final : public FileTree {
 public:
  explicit ContextTree(std::filesystem::path root, TreeFilter filter = {});

  std::optional<TreeFile> find(const std::string& path) const override;
  void each(const std::string& folder, const FileVisitor& visit) const override;
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<FileStamp> stamp(const std::string& path) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;

 private:
  oci::UniqueFd open_folder(const std::string& folder) const;
  std::optional<TreeFile> stat(int folder, const std::string& path) const;
  std::vector<TreeFile> stat_all(const std::string& folder,
                                 std::span<const char* const> names) const;
  bool shows(const TreeFile& file) const;

  std::filesystem::path root_;
  TreeFilter filter_;
  oci::UniqueFd root_fd_;
};

}  // namespace bale::builder
