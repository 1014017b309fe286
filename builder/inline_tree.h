// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <vector>

#include "builder/file_tree.h"
#include "builder/step.h"

namespace bale::builder {

/// The here-documents of one instruction, as files in the root of a tree: 0644, owned by 0:0.
class InlineTree final : public FileTree {
 public:
  InlineTree(std::vector<InlineFile> files, oci::FileTime mtime);

  std::optional<TreeFile> find(const std::string& path) const override;
  void each(const std::string& folder, const FileVisitor& visit) const override;
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;

 private:
  const InlineFile* find_file(const std::string& name) const;
  TreeFile file_of(const InlineFile& file) const;

  std::vector<InlineFile> files_;
  oci::FileTime mtime_;
};

}  // namespace bale::builder
