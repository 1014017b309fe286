// SPDX-License-Identifier: Apache-2.0
#include "builder/merged_layers.h"

#include <algorithm>

#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

using Node = MergedLayers::Node;

constexpr std::string_view kWhiteout = ".wh.";
constexpr std::string_view kOpaque = ".wh..wh..opq";
constexpr std::string_view kReserved = ".wh..wh.";  // other marks of aufs: they name no file
constexpr int kMaxLinkChain = 255;

bool before(const Node& left, const Node& right) { return TreeOrder()(left.path(), right.path()); }

/// Part of what lies below: a path with all that is under it, or only the latter.
struct Hidden {
  std::string path;
  bool itself = true;
};

bool hidden_before(const Hidden& left, const Hidden& right) {
  if (left.path != right.path) return TreeOrder()(left.path, right.path);
  return left.itself && !right.itself;
}

template <typename Nodes>
auto find_node(Nodes& nodes, std::string_view path) -> decltype(nodes.data()) {
  const auto at = std::lower_bound(
      nodes.begin(), nodes.end(), path,
      [](const Node& node, std::string_view wanted) { return TreeOrder()(node.path(), wanted); });
  return at != nodes.end() && at->path() == path ? &*at : nullptr;
}

/// Answers for paths in TreeOrder whether a layer hides them. One pass: what is hidden below a
/// path is one run of the order.
class Cover {
 public:
  explicit Cover(const std::vector<Hidden>& hidden) : hidden_(hidden) {}

  bool hides(std::string_view path) {
    for (; next_ < hidden_.size() && !TreeOrder()(path, hidden_[next_].path); ++next_)
      if (current_ == nullptr || !is_within(hidden_[next_].path, current_->path))
        current_ = &hidden_[next_];
    return current_ != nullptr && is_within(path, current_->path) &&
           (current_->itself || path != current_->path);
  }

 private:
  const std::vector<Hidden>& hidden_;
  std::size_t next_ = 0;
  const Hidden* current_ = nullptr;
};

/// What a whiteout hides of the layers below.
Hidden read_whiteout(const std::string& path) {
  const std::string_view name = base_name(path);
  if (name == kOpaque) return Hidden{std::string(parent_path(path)), false};
  return Hidden{join_path(parent_path(path), name.substr(kWhiteout.size())), true};
}

void sort_last_wins(std::vector<Node>& nodes) {
  std::stable_sort(nodes.begin(), nodes.end(), before);
  // From the back, the last of equal paths comes first and is the one that `unique` keeps.
  const auto kept = std::unique(nodes.rbegin(), nodes.rend(),
                                [](const Node& a, const Node& b) { return a.path() == b.path(); });
  nodes.erase(nodes.begin(), kept.base());
}

}  // namespace

/// One layer, sorted: its files, and what it hides of those below.
struct MergedLayers::Layer {
  std::vector<Node> files;
  std::vector<Hidden> hidden;
};

MergedLayers::MergedLayers(std::vector<std::shared_ptr<const oci::LayerToc>> layers)
    : layers_(std::move(layers)) {
  nodes_.push_back(implied_folder(""));
  for (std::uint32_t i = 0; i < layers_.size(); ++i) {
    Layer layer = read_layer(i);
    resolve_hard_links(layer.files);
    apply(layer);
  }
}

MergedLayers::Layer MergedLayers::read_layer(std::uint32_t index) {
  Layer layer;
  for (const oci::TocEntry& each : layers_[index]->entries()) {
    const std::string_view name = base_name(each.entry.path);
    if (!name.starts_with(kWhiteout))
      layer.files.push_back({.name = &each, .file = &each, .layer = index});
    else if (name == kOpaque || !name.starts_with(kReserved))
      layer.hidden.push_back(read_whiteout(each.entry.path));
  }
  sort_last_wins(layer.files);
  layer.files = with_implied_folders(layer.files);
  for (const Node& node : layer.files)
    if (!node.is_directory()) layer.hidden.push_back({std::string(node.path()), true});
  std::sort(layer.hidden.begin(), layer.hidden.end(), hidden_before);
  return layer;
}

std::vector<Node> MergedLayers::with_implied_folders(const std::vector<Node>& sorted) {
  std::vector<Node> all;
  all.reserve(sorted.size());
  std::vector<std::string_view> open;  // the path before and the folders that it stands in
  for (const Node& node : sorted) {
    while (!open.empty() && !is_within(node.path(), open.back())) open.pop_back();
    const std::string_view parent = parent_path(node.path());
    while (!parent.empty() && (open.empty() || open.back() != parent)) {
      const std::size_t known = open.empty() || open.back().empty() ? 0 : open.back().size() + 1;
      const std::size_t end = std::min(parent.find('/', known), parent.size());
      all.push_back(implied_folder(parent.substr(0, end)));
      open.push_back(all.back().path());
    }
    all.push_back(node);
    open.push_back(node.path());
  }
  return all;
}

Node MergedLayers::implied_folder(std::string_view path) {
  implied_.push_back(
      {.entry = {.path = std::string(path), .type = oci::FileType::kDirectory, .mode = 0755},
       .content = std::nullopt});
  return {.name = &implied_.back(), .file = &implied_.back()};
}

void MergedLayers::resolve_hard_links(std::vector<Node>& layer) {
  for (Node& node : layer) {
    if (node.name->entry.type != oci::FileType::kHardLink) continue;
    Node& target = hard_link_target(layer, node);
    target.linked = true;
    node.file = target.file;
    node.layer = target.layer;
    node.linked = true;
  }
}

Node& MergedLayers::hard_link_target(std::vector<Node>& layer, const Node& link) {
  const oci::TarEntry* entry = &link.name->entry;
  for (int i = 0; i < kMaxLinkChain; ++i) {
    const std::string path = clean_path(entry->link_target);
    Node* target = find_node(layer, path);
    if (target == nullptr) target = find_node(nodes_, path);
    if (target == nullptr) break;
    if (target->file->entry.type != oci::FileType::kHardLink) return *target;
    entry = &target->file->entry;
  }
  throw oci::Error(oci::ErrorCode::kCorrupt,
                   "reading layers: hard link " + std::string(link.path()) + " to " +
                       link.name->entry.link_target + ", which is no file of the image");
}

void MergedLayers::apply(const Layer& layer) {
  std::vector<Node> merged;
  merged.reserve(nodes_.size() + layer.files.size());
  Cover cover(layer.hidden);
  auto upper = layer.files.begin();
  for (const Node& lower : nodes_) {
    if (cover.hides(lower.path())) continue;
    while (upper != layer.files.end() && before(*upper, lower)) merged.push_back(*upper++);
    const bool same = upper != layer.files.end() && upper->path() == lower.path();
    const bool implied = same && upper->layer == kNoLayer && lower.is_directory();
    merged.push_back(same && !implied ? *upper : lower);
    if (same) ++upper;
  }
  merged.insert(merged.end(), upper, layer.files.end());
  nodes_ = std::move(merged);
}

const Node* MergedLayers::find(std::string_view path) const { return find_node(nodes_, path); }

std::vector<const Node*> MergedLayers::list(std::string_view folder) const {
  std::vector<const Node*> children;
  const Node* node = find(folder);
  const Node* const end = nodes_.data() + nodes_.size();
  if (node == nullptr) return children;
  // Each child is followed by all that is below it: search for where that ends.
  for (++node; node != end && is_within(node->path(), folder);) {
    children.push_back(node);
    const std::string_view child = node->path();
    node = std::partition_point(node, end,
                                [&](const Node& each) { return is_within(each.path(), child); });
  }
  return children;
}

std::size_t MergedLayers::ordinal(const Node& node) const {
  return static_cast<std::size_t>(node.file - layers_[node.layer]->entries().data());
}

}  // namespace bale::builder
