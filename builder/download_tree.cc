// SPDX-License-Identifier: Apache-2.0
#include "builder/download_tree.h"

#include <fcntl.h>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

std::optional<TreeFile> DownloadTree::find(const std::string& path) const {
  if (path.empty()) return EmptyTree().find(path);
  if (path != name_) return std::nullopt;
  return TreeFile{
      .entry = {.path = name_, .mode = 0600, .mtime = download_.modified, .size = download_.size},
      .content = download_.digest};
}

void DownloadTree::each(const std::string& folder, const FileVisitor& visit) const {
  if (folder.empty()) visit(*find(name_));  // the only one, whatever the visitor says
}

void DownloadTree::read(std::span<const std::string> paths, const Visitor& visit) const {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    if (paths[i] != name_) {
      throw oci::Error(oci::ErrorCode::kNotFound, "reading " + paths[i] + ": no such file");
    }
    oci::FileSource content(oci::open_file(download_.path, O_RDONLY));
    visit(i, content);
  }
}

std::optional<std::filesystem::path> DownloadTree::host_path(const std::string& path) const {
  return path == name_ ? std::optional(download_.path) : std::nullopt;
}

bool DownloadTree::hides(const std::string&) const { return false; }

}  // namespace bale::builder
