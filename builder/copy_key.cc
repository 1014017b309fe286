// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_key.h"

namespace bale::builder {

namespace {

void add_order(CacheKeyHasher& hasher, const CopyOrder& order) {
  const CopyStep& step = order.step;
  hasher.field("unpack", static_cast<unsigned>(order.archives));
  hasher.field("sources", step.sources.size());
  for (const auto& source : step.sources) hasher.field("source", source);
  hasher.field("destination", step.destination.path);
  hasher.field("directory", step.destination.is_directory ? 1U : 0U);
  hasher.field("chown", step.chown).field("chmod", step.chmod);
  hasher.field("link", step.link ? 1U : 0U).field("parents", step.parents ? 1U : 0U);
  for (const auto& exclude : step.excludes) hasher.field("exclude", exclude);
}

void add_layers(CacheKeyHasher& hasher, const std::vector<StageLayer>& layers) {
  hasher.field("layers", layers.size());
  for (const auto& layer : layers) hasher.field("layer", layer.diff_id.to_string());
}

/// All that a layer says of an entry, but its times.
void add_entry(CacheKeyHasher& hasher, const oci::TarEntry& entry) {
  hasher.field("path", entry.path);
  hasher.field("type", static_cast<std::uint64_t>(entry.type));
  hasher.field("mode", entry.mode).field("uid", entry.uid).field("gid", entry.gid);
  hasher.field("size", entry.size).field("target", entry.link_target);
  hasher.field("major", entry.device_major).field("minor", entry.device_minor);
  for (const auto& [name, value] : entry.xattrs) hasher.field("xattr", name).field("", value);
}

void add_time(CacheKeyHasher& hasher, const oci::FileTime& time) {
  hasher.field("seconds", static_cast<std::uint64_t>(time.seconds));
  hasher.field("nanoseconds", time.nanoseconds);
}

/// Whether the content is told exactly.
bool add_content(CacheKeyHasher& hasher, const TreeFile& file) {
  if (file.content) {
    hasher.field("content", file.content->to_string());
    return true;
  }
  if (!file.is_regular()) return true;
  if (!file.stamp) return false;
  hasher.field("device", file.stamp->device).field("inode", file.stamp->inode);
  add_time(hasher, file.stamp->modified);
  add_time(hasher, file.stamp->changed);
  return false;
}

}  // namespace

CacheKey definition_key(const CopyOrder& order, std::string_view context) {
  CacheKeyHasher hasher("copy-definition/1");
  add_order(hasher, order);
  return hasher.field("context", context).finish();
}

CacheKey stacked_key(const CopyOrder& order, const CacheKey& content,
                     const std::vector<StageLayer>& below, std::string_view layer_format) {
  CacheKeyHasher hasher("copy/1");
  hasher.field("layer-format", layer_format);
  add_order(hasher, order);
  add_layers(hasher, below);
  return hasher.field("content", content.hex()).finish();
}

PlanKey plan_key(const CopyPlan& plan, std::string_view layer_format) {
  CacheKeyHasher hasher("copy-plan/1");
  hasher.field("layer-format", layer_format);
  bool exact = true;
  for (CopyPlan::Reader entries(plan); const PlannedEntry* planned = entries.next();) {
    add_entry(hasher, planned->entry);
    if (planned->source && !add_content(hasher, planned->file)) exact = false;
  }
  return {hasher.finish(), exact};
}

CacheKey entries_key(const std::vector<oci::TarEntry>& entries, std::string_view layer_format) {
  CacheKeyHasher hasher("entries/1");
  hasher.field("layer-format", layer_format);
  for (const auto& entry : entries) add_entry(hasher, entry);
  return hasher.finish();
}

CacheKey workdir_key(const WorkdirStep& step, const std::vector<StageLayer>& below,
                     std::string_view layer_format) {
  CacheKeyHasher hasher("workdir/1");
  hasher.field("layer-format", layer_format).field("path", step.path).field("user", step.user);
  add_layers(hasher, below);
  return hasher.finish();
}

}  // namespace bale::builder
