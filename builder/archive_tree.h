// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>

#include "builder/merged_tree.h"

namespace bale::builder {

/// The files in a tar archive, packed with gzip, bzip2, xz, zstd or not at all. Nothing is
/// unpacked: the archive is read once for its table of contents, and once more for what is copied.
class ArchiveTree final : public MergedTree {
 public:
  /// The archive that a file of `tree` is; nothing where it is none. Its content decides, not its
  /// name. Throws kCorrupt for an archive that is cut off or contradicts itself.
  static std::shared_ptr<const ArchiveTree> open(std::shared_ptr<const FileTree> tree,
                                                 const std::string& path);

 private:
  ArchiveTree(std::shared_ptr<const FileTree> tree, std::string path, oci::LayerToc toc);

  void read_layer(std::uint32_t layer, Pass& pass) const override;

  std::shared_ptr<const FileTree> tree_;  // shared with the selection that the archive is part of
  std::string path_;
};

}  // namespace bale::builder
