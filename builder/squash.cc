// SPDX-License-Identifier: Apache-2.0
#include "builder/squash.h"

#include <algorithm>
#include <string>
#include <utility>

#include "oci/layer_toc.h"

namespace bale::builder {

namespace {

/// A name that is left of a file, and the file's place in the tar of its layer.
struct PlacedName {
  std::size_t ordinal;
  std::string_view path;
};

/// The names that are left of the files of each layer, in the order of the layer's tar.
std::vector<std::vector<PlacedName>> names_by_layer(const MergedLayers& merged,
                                                    std::size_t layers) {
  std::vector<std::vector<PlacedName>> names(layers);
  for (const auto& node : merged.nodes()) {
    if (node.layer == MergedLayers::kNoLayer || node.is_directory()) continue;
    names[node.layer].push_back({merged.ordinal(node), node.path()});
  }
  for (auto& layer : names) {
    std::stable_sort(layer.begin(), layer.end(), [](const PlacedName& a, const PlacedName& b) {
      return a.ordinal < b.ordinal;
    });
  }
  return names;
}

oci::TarEntry named(oci::TarEntry entry, std::string_view path) {
  entry.path = path;
  return entry;
}

oci::TarEntry hard_link(oci::TarEntry entry, std::string_view path, std::string_view target) {
  entry.path = path;
  entry.type = oci::FileType::kHardLink;
  entry.link_target = target;
  entry.size = 0;
  entry.xattrs.clear();  // those of the file
  return entry;
}

void write_folders(const MergedLayers& merged, oci::LayerWriter& out) {
  for (const auto& node : merged.nodes()) {
    if (node.layer == MergedLayers::kNoLayer || !node.is_directory()) continue;
    out.add(named(node.file->entry, node.path()));
  }
}

void write_file(oci::TarEntry entry, oci::Source& content, oci::LayerWriter& out) {
  if (entry.type == oci::FileType::kRegular && entry.size > 0) {
    out.add_stream(std::move(entry), content);
  } else {
    out.add(std::move(entry));
  }
}

void write_layer(const oci::BlobProvider& blobs, const oci::Descriptor& layer,
                 const std::vector<PlacedName>& names, oci::LayerWriter& out) {
  auto next = names.begin();
  std::size_t ordinal = 0;
  oci::walk_layer(blobs, layer, [&](const oci::TarEntry& entry, oci::Source& content) {
    const std::size_t place = ordinal++;
    if (next == names.end() || next->ordinal != place) return;
    const std::string_view first = next->path;
    write_file(named(entry, first), content, out);
    while (++next != names.end() && next->ordinal == place) {
      out.add(hard_link(entry, next->path, first));
    }
  });
}

}  // namespace

void write_merged(const MergedLayers& merged, const std::vector<StageLayer>& layers,
                  const oci::BlobProvider& blobs, oci::LayerWriter& out) {
  write_folders(merged, out);
  const auto names = names_by_layer(merged, layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    if (!names[i].empty()) write_layer(blobs, layers[i].descriptor, names[i], out);
  }
}

}  // namespace bale::builder
