// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>

#include "builder/downloads.h"
#include "builder/file_tree.h"

namespace bale::builder {

/// One file that was fetched, in the root of a tree: 0600, owned by 0:0.
class DownloadTree final : public FileTree {
 public:
  DownloadTree(Download download, std::string name)
      : download_(std::move(download)), name_(std::move(name)) {}

  std::optional<TreeFile> find(const std::string& path) const override;
  void each(const std::string& folder, const FileVisitor& visit) const override;
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;

 private:
  Download download_;
  std::string name_;
};

}  // namespace bale::builder
