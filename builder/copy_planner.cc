// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_planner.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "builder/plan_merge.h"
#include "builder/resolve.h"
#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

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
        destination_(stands_alone(step) ? static_cast<const FileTree&>(empty_) : destination),
        has_archives_(std::any_of(selection_->sources.begin(), selection_->sources.end(),
                                  [](const auto& each) { return each.is_archive; })) {
    if (!step.chown.empty()) parts_.changes.owner = find_owner(destination, step.chown);
    if (!step.chmod.empty()) parts_.changes.mode = ModeChange::parse(step.chmod);
  }

  CopyPlan run() {
    for (source_ = 0; source_ < selection_->sources.size(); ++source_) place();
    check_runs();
    return CopyPlan(selection_, std::move(parts_));
  }

 private:
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

  /// What this step has put there so far.
  std::optional<CopyPlan::Single> find_placed(const std::string& path) const {
    std::optional<CopyPlan::Single> placed;
    if (const auto at = parts_.singles.find(path); at != parts_.singles.end()) placed = at->second;
    for (const CopyPlan::Run& run : parts_.runs) {
      if ((placed && placed->turn > run.source) || !is_within(path, run.target)) continue;
      const FileList& files = selection_->sources[run.source].files;
      const auto below = path_below(path, run.target);
      if (below.empty()) continue;
      if (const auto position = files.find(join_path(files.front().entry.path, below)))
        placed = {run.source, *position, run.source};
    }
    return placed;
  }

  std::optional<TreeFile> find(const std::string& path) const {
    const auto placed = find_placed(path);
    if (!placed) return destination_.find(path);
    TreeFile file = placed->source ? selection_->sources[*placed->source].files.at(placed->position)
                                   : TreeFile{.entry = parts_.folders[placed->position]};
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
    if (source().files.size() == 1) return;  // its root
    touch_parents(join_path(target, "any"));
    // An archive may take away what was placed before it: only then file by file.
    if (!has_archives_) return parts_.runs.push_back({source_, target});
    for (auto file = source().files.begin(); ++file != FileList::end();)
      put(join_path(target, source().relative_path(*file)), file.position(), file->is_directory());
  }

  /// As tar does: an entry replaces whatever has its path, links to folders on the way are
  /// followed, and a folder's entry leaves a link to a folder alone.
  void place_archive(const std::string& target) {
    make_folders(target);
    for (auto file = source().files.begin(); ++file != FileList::end();) {
      const std::string written = join_path(target, source().relative_path(*file));
      const std::string path =
          join_path(follow(std::string(parent_path(written))), base_name(written));
      if (file->is_directory() && leads_to_folder(path)) continue;
      if (!file->is_directory()) forget_below(path);
      set(path, file.position());
    }
  }

  bool leads_to_folder(const std::string& link) const {
    const std::optional<TreeFile> file = find(link);
    if (!file || !file->is_symlink()) return false;
    const std::optional<TreeFile> target = find(follow(link));
    return target && target->is_directory();
  }

  void forget_below(const std::string& path) {
    auto next = parts_.singles.upper_bound(path);
    while (next != parts_.singles.end() && is_within(next->first, path))
      next = parts_.singles.erase(next);
  }

  void place_file(const std::string& target) {
    const std::optional<TreeFile> existing = find(target);
    if (existing && existing->is_directory())
      return put(join_path(target, source().name), 0, false);
    if (selection_->sources.size() > 1)
      fail(oci::ErrorCode::kInvalid, "several sources cannot all become the file /" + target,
           "write the destination as a folder: " + step_.destination.path + "/");
    make_folders(std::string(parent_path(target)));
    put(target, 0, false);
  }

  void put(const std::string& path, std::size_t position, bool is_folder) {
    const std::optional<TreeFile> existing = find(path);
    if (existing && existing->is_directory() != is_folder) fail_to_replace(path, is_folder);
    set(path, position);
  }

  void set(const std::string& path, std::size_t position) {
    touch_parents(path);
    parts_.singles[path] = {source_, position, source_};
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
    const Owner owner = parts_.changes.owner.value_or(Owner{});
    add_folder({.path = path,
                .type = oci::FileType::kDirectory,
                .mode = kNewFolderMode,
                .uid = owner.uid,
                .gid = owner.gid});
  }

  /// Names the existing folders above `path` in the layer.
  void touch_parents(const std::string& path) {
    const std::string parent(parent_path(path));
    if (parent.empty() || find_placed(parent)) return;
    if (std::optional<TreeFile> existing = destination_.find(parent))
      add_folder(std::move(existing->entry));
  }

  void add_folder(oci::TarEntry folder) {
    folder.mtime = time_;
    const std::string path = folder.path;
    touch_parents(path);
    parts_.singles[path] = {std::nullopt, parts_.folders.size(), source_};
    parts_.folders.push_back(std::move(folder));
  }

  /// Holds the files of runs against what they replace: `put` does that for single ones.
  void check_runs() {
    for (PlanMerge merge(*selection_, parts_); merge.next();) {
      const PlanMerge::Lane* before = nullptr;
      for (const PlanMerge::Lane* each : merge.lanes()) {
        if (each->run() != nullptr) check_replaced(*each, before);
        before = each;
      }
    }
  }

  void check_replaced(const PlanMerge::Lane& lane, const PlanMerge::Lane* before) {
    const bool is_folder = lane.file()->is_directory();
    const auto replaced = before == nullptr ? is_folder_below(lane.path()) : is_folder_in(*before);
    if (!replaced || *replaced == is_folder) return;
    source_ = lane.run()->source;
    fail_to_replace(lane.path(), is_folder);
  }

  std::optional<bool> is_folder_below(const std::string& path) const {
    const std::optional<TreeFile> existing = destination_.find(path);
    return existing ? std::optional(existing->is_directory()) : std::nullopt;
  }

  std::optional<bool> is_folder_in(const PlanMerge::Lane& lane) const {
    if (lane.run() != nullptr) return lane.file()->is_directory();
    const CopyPlan::Single& single = lane.single();
    return !single.source ||
           selection_->sources[*single.source].files.at(single.position).is_directory();
  }

  const CopyStep& step_;
  const std::shared_ptr<const CopySelection> selection_;
  const EmptyTree empty_;
  const FileTree& destination_;
  const bool has_archives_;
  CopyPlan::Parts parts_;
  std::uint32_t source_ = 0;  // whose turn it is
  oci::FileTime time_;
};

}  // namespace

CopyPlan plan_copy(const CopyStep& step, std::shared_ptr<const CopySelection> selection,
                   const FileTree& destination) {
  return Planner(step, std::move(selection), destination).run();
}

}  // namespace bale::builder
