// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_step.h"

#include <algorithm>
#include <string>
#include <unordered_set>
#include <utility>
#include <vector>

#include "builder/resolve.h"
#include "builder/tree_path.h"
#include "builder/users.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

/// Writes one plan: what it can at once, the rest when the layers that have it are read.
class CopyWriter {
 public:
  CopyWriter(const CopyPlan& plan, oci::LayerWriter& layer) : plan_(plan), layer_(layer) {}

  void run() {
    for (CopyPlan::Reader entries(plan_); const PlannedEntry* planned = entries.next();)
      add(*planned);
    for (const auto& [tree, wanted] : streams_) add_streamed(*tree, wanted);
    for (const oci::TarEntry& each : late_links_) layer_.add(each);
  }

 private:
  /// What one tree has to stream: paths in it, and the entries that they become.
  struct Stream {
    std::vector<std::string> paths;
    std::vector<oci::TarEntry> entries;
  };

  void add(const PlannedEntry& planned) {
    const oci::TarEntry& entry = planned.entry;
    if (entry.type == oci::FileType::kHardLink && streamed_.contains(entry.link_target))
      return late_links_.push_back(entry);
    if (entry.type != oci::FileType::kRegular || entry.size == 0) return layer_.add(entry);
    const FileTree& tree = *plan_.selection().sources[*planned.source].tree;
    const std::string& path = planned.file.entry.path;
    if (const auto on_disk = tree.host_path(path)) return layer_.add_file(entry, *on_disk);
    streamed_.insert(entry.path);
    Stream& stream = stream_of(tree);
    stream.paths.push_back(path);
    stream.entries.push_back(entry);
  }

  Stream& stream_of(const FileTree& tree) {
    const auto at = std::find_if(streams_.begin(), streams_.end(),
                                 [&](const auto& each) { return each.first == &tree; });
    return at != streams_.end() ? at->second : streams_.emplace_back(&tree, Stream{}).second;
  }

  void add_streamed(const FileTree& tree, const Stream& stream) {
    tree.read(stream.paths, [&](std::size_t index, oci::Source& content) {
      layer_.add_stream(stream.entries[index], content);
    });
  }

  const CopyPlan& plan_;
  oci::LayerWriter& layer_;
  std::vector<std::pair<const FileTree*, Stream>> streams_;  // in the order of the plan
  std::unordered_set<std::string> streamed_;
  std::vector<oci::TarEntry> late_links_;
};

}  // namespace

void run_copy(const CopyPlan& plan, oci::LayerWriter& layer) { CopyWriter(plan, layer).run(); }

std::vector<oci::TarEntry> plan_workdir(const WorkdirStep& step, const FileTree& files,
                                        oci::FileTime mtime) {
  const std::string target = resolve(files, clean_path(step.path), LastLink::kFollow).path;
  const Owner owner = find_owner(files, step.user);
  std::vector<oci::TarEntry> folders;
  bool is_new = false;
  for (std::size_t end = 0; end < target.size(); ++end) {
    end = std::min(target.find('/', end), target.size());
    const std::string path = target.substr(0, end);
    std::optional<TreeFile> existing = files.find(path);
    if (existing && !existing->is_directory())
      throw oci::Error(oci::ErrorCode::kFailed, "making the folder " + step.path + ": /" + path +
                                                    " of the image is not a folder");
    is_new = is_new || !existing;
    folders.push_back(existing ? std::move(existing->entry)
                               : oci::TarEntry{.path = path,
                                               .type = oci::FileType::kDirectory,
                                               .mode = 0755,
                                               .uid = owner.uid,
                                               .gid = owner.gid});
    folders.back().mtime = mtime;
  }
  if (!is_new) folders.clear();
  return folders;
}

}  // namespace bale::builder
