// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_plan.h"

#include <algorithm>
#include <map>
#include <utility>

#include "builder/resolve.h"
#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr std::uint32_t kFolder = CopyPlan::Item::kFolder;
constexpr std::uint32_t kNewFolderMode = 0755;

/// The time that folders get which something is put into: any but that of the source would make the
/// layer depend on the clock or on the base image. A root that no layer names has no time of its
/// own; the newest thing in it has one.
oci::FileTime time_of(const SelectedSource& source) {
  oci::FileTime time = source.root().entry.mtime;
  if (time != oci::FileTime{}) return time;
  for (const TreeFile& each : source.files) time = std::max(time, each.entry.mtime);
  return time;
}

/// Lays the sources of one step over the destination, one after another, as if each were copied
/// before the next is looked at.
class Planner {
 public:
  Planner(const CopyStep& step, std::shared_ptr<const CopySelection> selection,
          const FileTree& destination)
      : step_(step),
        selection_(std::move(selection)),
        destination_(stands_alone(step) ? static_cast<const FileTree&>(empty_) : destination) {
    if (!step.chown.empty()) changes_.owner = find_owner(destination, step.chown);
    if (!step.chmod.empty()) changes_.mode = ModeChange::parse(step.chmod);
  }

  CopyPlan run() {
    for (source_ = 0; source_ < selection_->sources.size(); ++source_) place();
    return CopyPlan(selection_, std::move(folders_), items(), std::move(changes_));
  }

 private:
  struct Placed {
    std::uint32_t source = kFolder;
    std::uint32_t position = 0;
  };

  /// `--link` makes a layer that does not depend on what is below. BuildKit ignores it beside
  /// `--chmod`, so that is what people's images are made with.
  static bool stands_alone(const CopyStep& step) { return step.link && step.chmod.empty(); }

  const SelectedSource& source() const { return selection_->sources[source_]; }

  [[noreturn]] void fail(oci::ErrorCode code, const std::string& why, std::string hint = {}) const {
    const std::string& name = source().name;
    throw oci::Error(code,
                     "copying " + (name.empty() ? std::string("a folder") : name) + ": " + why,
                     std::move(hint));
  }

  std::optional<TreeFile> find(const std::string& path) const {
    const auto at = placed_.find(path);
    if (at == placed_.end()) return destination_.find(path);
    const auto [from, position] = at->second;
    TreeFile file = from == kFolder ? TreeFile{.entry = folders_[position]}
                                    : selection_->sources[from].files[position];
    file.entry.path = path;
    return file;
  }

  std::string follow(const std::string& path) const {
    return resolve([this](const std::string& each) { return find(each); }, path, LastLink::kFollow)
        .path;
  }

  void place() {
    time_ = time_of(source());
    const std::string written = clean_path(step_.destination.path);
    make_folders(
        follow(step_.destination.is_directory ? written : std::string(parent_path(written))));
    const std::string target = follow(written);
    if (source().is_archive)
      place_archive(target);
    else if (source().root().is_directory())
      place_folder(target);
    else
      place_file(target);
  }

  void place_folder(const std::string& target) {
    make_folders(target);
    const std::vector<TreeFile>& files = source().files;
    for (std::uint32_t i = 1; i < files.size(); ++i)
      put(join_path(target, source().relative_path(files[i])), i);
  }

  /// As tar does: an entry replaces whatever has its path, links to folders on the way are
  /// followed, and a folder's entry leaves a link to a folder alone.
  void place_archive(const std::string& target) {
    make_folders(target);
    const std::vector<TreeFile>& files = source().files;
    for (std::uint32_t i = 1; i < files.size(); ++i) {
      const std::string written = join_path(target, source().relative_path(files[i]));
      const std::string path =
          join_path(follow(std::string(parent_path(written))), base_name(written));
      if (files[i].is_directory() && leads_to_folder(path)) continue;
      if (!files[i].is_directory()) forget_below(path);
      set(path, i);
    }
  }

  bool leads_to_folder(const std::string& link) const {
    const std::optional<TreeFile> file = find(link);
    if (!file || !file->is_symlink()) return false;
    const std::optional<TreeFile> target = find(follow(link));
    return target && target->is_directory();
  }

  void forget_below(const std::string& path) {
    auto next = placed_.upper_bound(path);
    while (next != placed_.end() && is_within(next->first, path)) next = placed_.erase(next);
  }

  void place_file(const std::string& target) {
    const std::optional<TreeFile> existing = find(target);
    if (existing && existing->is_directory()) return put(join_path(target, source().name), 0);
    if (selection_->sources.size() > 1)
      fail(oci::ErrorCode::kInvalid, "several sources cannot all become the file /" + target,
           "write the destination as a folder: " + step_.destination.path + "/");
    make_folders(std::string(parent_path(target)));
    put(target, 0);
  }

  void put(const std::string& path, std::uint32_t position) {
    const bool is_folder = source().files[position].is_directory();
    const std::optional<TreeFile> existing = find(path);
    if (existing && existing->is_directory() != is_folder) fail_to_replace(path, is_folder);
    set(path, position);
  }

  void set(const std::string& path, std::uint32_t position) {
    touch_parents(path);
    placed_[path] = {source_, position};
  }

  [[noreturn]] void fail_to_replace(const std::string& path, bool by_folder) const {
    if (by_folder)
      fail(oci::ErrorCode::kFailed, "a folder cannot replace /" + path + ", which is not a folder");
    fail(oci::ErrorCode::kFailed, "a file cannot replace the folder /" + path);
  }

  /// Adds the folders that are missing on the way to `path` and at its end.
  void make_folders(const std::string& path) {
    if (path.empty()) return;
    if (const std::optional<TreeFile> existing = find(path)) {
      if (!existing->is_directory())
        fail(oci::ErrorCode::kFailed, "/" + path + " of the image is not a folder");
      return;
    }
    make_folders(std::string(parent_path(path)));
    const Owner owner = changes_.owner.value_or(Owner{});
    add_folder({.path = path,
                .type = oci::FileType::kDirectory,
                .mode = kNewFolderMode,
                .uid = owner.uid,
                .gid = owner.gid});
  }

  /// Names the existing folders above `path` in the layer.
  void touch_parents(const std::string& path) {
    const std::string parent(parent_path(path));
    if (parent.empty() || placed_.contains(parent)) return;
    if (std::optional<TreeFile> existing = destination_.find(parent))
      add_folder(std::move(existing->entry));
  }

  void add_folder(oci::TarEntry folder) {
    folder.mtime = time_;
    const std::string path = folder.path;
    touch_parents(path);
    placed_[path] = {kFolder, static_cast<std::uint32_t>(folders_.size())};
    folders_.push_back(std::move(folder));
  }

  /// Of the names of one file of a source the first has the content, the others link to it.
  std::vector<CopyPlan::Item> items() {
    std::vector<CopyPlan::Item> all;
    all.reserve(placed_.size());
    std::map<std::pair<std::uint32_t, std::uint64_t>, std::size_t> linked;
    while (!placed_.empty()) {
      auto node = placed_.extract(placed_.begin());
      const auto [from, position] = node.mapped();
      all.push_back({std::move(node.key()), from, position, {}});
      if (from == kFolder) continue;
      const std::uint64_t group = selection_->sources[from].files[position].link_group;
      if (group == 0) continue;
      const auto [first, is_new] = linked.try_emplace({from, group}, all.size() - 1);
      if (!is_new) all.back().hard_link = all[first->second].path;
    }
    return all;
  }

  const CopyStep& step_;
  const std::shared_ptr<const CopySelection> selection_;
  const EmptyTree empty_;
  const FileTree& destination_;
  CopyPlan::Changes changes_;
  std::uint32_t source_ = 0;
  oci::FileTime time_;
  std::map<std::string, Placed, TreeOrder> placed_;
  std::vector<oci::TarEntry> folders_;
};

}  // namespace

CopyPlan::CopyPlan(std::shared_ptr<const CopySelection> selection,
                   std::vector<oci::TarEntry> folders, std::vector<Item> items, Changes changes)
    : selection_(std::move(selection)),
      folders_(std::move(folders)),
      items_(std::move(items)),
      changes_(std::move(changes)) {}

PlannedEntry CopyPlan::entry(const Item& item) const {
  if (item.source == kFolder) return {folders_[item.position]};
  const SelectedSource& source = selection_->sources[item.source];
  const TreeFile& file = source.files[item.position];
  PlannedEntry planned{file.entry, &source, &file};
  oci::TarEntry& entry = planned.entry;
  entry.path = item.path;
  if (changes_.owner) {
    entry.uid = changes_.owner->uid;
    entry.gid = changes_.owner->gid;
  }
  if (changes_.mode && !source.is_archive && entry.type != oci::FileType::kSymlink)
    entry.mode = changes_.mode->apply(entry.mode, file.is_directory());
  if (!item.hard_link.empty()) {
    entry.type = oci::FileType::kHardLink;
    entry.link_target = item.hard_link;
    entry.size = 0;
  }
  return planned;
}

CopyPlan plan_copy(const CopyStep& step, std::shared_ptr<const CopySelection> selection,
                   const FileTree& destination) {
  return Planner(step, std::move(selection), destination).run();
}

}  // namespace bale::builder
