// SPDX-License-Identifier: Apache-2.0
#include "builder/merged_tree.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::builder {

void MergedTree::Pass::entry(oci::Source& content) {
  const std::size_t position = ordinal_++;
  if (wanted_.empty() || wanted_.front().ordinal != position) return;
  visit_(wanted_.front().index, content);
  wanted_ = wanted_.subspan(1);
}

TreeFile MergedTree::file_of(const MergedLayers::Node& node) const {
  TreeFile file{.entry = node.file->entry};
  file.entry.path = node.path();
  file.content = node.file->content;
  // The address of the file's own entry names it as well as an inode number would.
  if (node.linked) file.link_group = reinterpret_cast<std::uintptr_t>(node.file);
  return file;
}

std::optional<TreeFile> MergedTree::find(const std::string& path) const {
  const MergedLayers::Node* node = files_.find(path);
  return node == nullptr ? std::nullopt : std::optional(file_of(*node));
}

void MergedTree::each(const std::string& folder, const FileVisitor& visit) const {
  for (const MergedLayers::Node* node : files_.list(folder))
    if (visit(file_of(*node)) == Visit::kEnough) return;
}

std::vector<MergedTree::Wanted> MergedTree::locate(std::span<const std::string> paths) const {
  std::vector<Wanted> wanted;
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const MergedLayers::Node* node = files_.find(paths[i]);
    if (node == nullptr || node->file->entry.type != oci::FileType::kRegular)
      throw oci::Error(oci::ErrorCode::kNotFound, "reading /" + paths[i] + ": no such file");
    wanted.push_back({node->layer, files_.ordinal(*node), i});
  }
  std::sort(wanted.begin(), wanted.end());
  return wanted;
}

void MergedTree::read(std::span<const std::string> paths, const Visitor& visit) const {
  const std::vector<Wanted> wanted = locate(paths);
  for (auto first = wanted.begin(); first != wanted.end();) {
    const auto last = std::find_if(first, wanted.end(),
                                   [&](const Wanted& each) { return each.layer != first->layer; });
    read_wanted({first, last}, visit);
    first = last;
  }
}

/// Reads files of one layer. What is wanted under two paths needs a pass for each.
void MergedTree::read_wanted(std::vector<Wanted> wanted, const Visitor& visit) const {
  while (!wanted.empty()) {
    const std::uint32_t layer = wanted.front().layer;
    std::vector<Wanted> now;
    std::vector<Wanted> later;
    for (const Wanted& each : wanted)
      (now.empty() || now.back().ordinal != each.ordinal ? now : later).push_back(each);
    Pass pass(now, visit);
    read_layer(layer, pass);
    if (!pass.done())
      throw oci::Error(oci::ErrorCode::kCorrupt,
                       "reading files: there are fewer than the table of contents says");
    wanted = std::move(later);
  }
}

std::optional<std::filesystem::path> MergedTree::host_path(const std::string&) const {
  return std::nullopt;
}

bool MergedTree::hides(const std::string&) const { return false; }

}  // namespace bale::builder
