// SPDX-License-Identifier: Apache-2.0
#include "builder/layers_tree.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::builder {

namespace {

std::vector<oci::Descriptor> descriptors(const std::vector<TreeLayer>& layers) {
  std::vector<oci::Descriptor> all;
  for (const TreeLayer& each : layers) all.push_back(each.descriptor);
  return all;
}

std::vector<std::shared_ptr<const oci::LayerToc>> tables(const std::vector<TreeLayer>& layers) {
  std::vector<std::shared_ptr<const oci::LayerToc>> all;
  for (const TreeLayer& each : layers) all.push_back(each.toc);
  return all;
}

}  // namespace

/// A file that a caller wants to read: where it is in its layer, and which of the caller's paths.
struct LayersTree::Wanted {
  std::uint32_t layer = 0;
  std::size_t ordinal = 0;
  std::size_t index = 0;

  friend auto operator<=>(const Wanted&, const Wanted&) = default;
};

LayersTree::LayersTree(std::vector<TreeLayer> layers, const oci::BlobProvider& blobs)
    : layers_(descriptors(layers)), files_(tables(layers)), blobs_(blobs) {}

TreeFile LayersTree::file_of(const MergedLayers::Node& node) const {
  TreeFile file{.entry = node.file->entry};
  file.entry.path = node.path();
  file.content = node.file->content;
  // The address of the file's own entry names it as well as an inode number would.
  if (node.linked) file.link_group = reinterpret_cast<std::uintptr_t>(node.file);
  return file;
}

std::optional<TreeFile> LayersTree::find(const std::string& path) const {
  const MergedLayers::Node* node = files_.find(path);
  return node == nullptr ? std::nullopt : std::optional(file_of(*node));
}

std::vector<TreeFile> LayersTree::list(const std::string& folder) const {
  std::vector<TreeFile> files;
  for (const MergedLayers::Node* node : files_.list(folder)) files.push_back(file_of(*node));
  return files;
}

std::vector<LayersTree::Wanted> LayersTree::locate(std::span<const std::string> paths) const {
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

void LayersTree::read(std::span<const std::string> paths, const Visitor& visit) const {
  const std::vector<Wanted> wanted = locate(paths);
  for (auto first = wanted.begin(); first != wanted.end();) {
    const auto last = std::find_if(first, wanted.end(),
                                   [&](const Wanted& each) { return each.layer != first->layer; });
    std::vector<Wanted> rest(first, last);
    // What is wanted under two paths needs a pass for each.
    while (!rest.empty()) {
      std::vector<Wanted> pass;
      std::vector<Wanted> again;
      for (const Wanted& each : rest)
        (pass.empty() || pass.back().ordinal != each.ordinal ? pass : again).push_back(each);
      read_layer(pass, visit);
      rest = std::move(again);
    }
    first = last;
  }
}

/// `walk_layer` visits the entries in the order of the table, so their positions tell them apart
/// even where a layer has a path twice.
void LayersTree::read_layer(std::span<const Wanted> wanted, const Visitor& visit) const {
  std::size_t ordinal = 0;
  auto next = wanted.begin();
  oci::walk_layer(blobs_, layers_[wanted.front().layer],
                  [&](const oci::TarEntry&, oci::Source& content) {
                    const std::size_t position = ordinal++;
                    if (next != wanted.end() && next->ordinal == position)
                      visit((next++)->index, content);
                  });
  if (next != wanted.end())
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     "reading layer " + layers_[wanted.front().layer].digest.to_string() +
                         ": it has fewer files than its table says");
}

std::optional<std::filesystem::path> LayersTree::host_path(const std::string&) const {
  return std::nullopt;
}

bool LayersTree::hides(const std::string&) const { return false; }

}  // namespace bale::builder
