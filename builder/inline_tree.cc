// SPDX-License-Identifier: Apache-2.0
#include "builder/inline_tree.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::builder {

InlineTree::InlineTree(std::vector<InlineFile> files, oci::FileTime mtime)
    : files_(std::move(files)), mtime_(mtime) {
  std::stable_sort(files_.begin(), files_.end(),
                   [](const InlineFile& a, const InlineFile& b) { return a.name < b.name; });
}

/// Of two documents with one name the later counts, as if it had been written over the first.
const InlineFile* InlineTree::find_file(const std::string& name) const {
  const auto at = std::find_if(files_.rbegin(), files_.rend(),
                               [&](const InlineFile& each) { return each.name == name; });
  return at == files_.rend() ? nullptr : &*at;
}

TreeFile InlineTree::file_of(const InlineFile& file) const {
  return {.entry = {.path = file.name, .mtime = mtime_, .size = file.content.size()},
          .content = oci::Digest::of(oci::as_bytes(file.content))};
}

std::optional<TreeFile> InlineTree::find(const std::string& path) const {
  if (path.empty()) return EmptyTree().find(path);
  const InlineFile* file = find_file(path);
  return file == nullptr ? std::nullopt : std::optional(file_of(*file));
}

void InlineTree::each(const std::string& folder, const FileVisitor& visit) const {
  if (!folder.empty()) return;
  for (const InlineFile& file : files_)
    if (&file == find_file(file.name) && visit(file_of(file)) == Visit::kEnough) return;
}

void InlineTree::read(std::span<const std::string> paths, const Visitor& visit) const {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const InlineFile* file = find_file(paths[i]);
    if (file == nullptr)
      throw oci::Error(oci::ErrorCode::kNotFound, "reading " + paths[i] + ": no such file");
    oci::BytesSource content(oci::as_bytes(file->content));
    visit(i, content);
  }
}

std::optional<std::filesystem::path> InlineTree::host_path(const std::string&) const {
  return std::nullopt;
}

bool InlineTree::hides(const std::string&) const { return false; }

}  // namespace bale::builder
