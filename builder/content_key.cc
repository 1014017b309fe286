// SPDX-License-Identifier: Apache-2.0
#include "builder/content_key.h"

#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "oci/error.h"
#include "oci/io.h"

namespace bale::builder {

namespace {

// Enough work for one task that handing it over costs nothing beside it.
constexpr std::size_t kFilesPerTask = 64;
constexpr std::uint64_t kBytesPerTask = std::uint64_t{4} * 1024 * 1024;

const oci::Digest& empty_content() {
  static const oci::Digest digest = oci::Digest::of({});
  return digest;
}

/// Remembers a digest of content that was read since `read_at`, if the file is still the same.
void remember(const FileTree& tree, const TreeFile& file, oci::FileTime read_at, StatCache& cache) {
  if (!file.stamp || !file.content) return;
  const std::optional<TreeFile> now = tree.find(file.entry.path);
  if (now && now->stamp == file.stamp) cache.put(*file.stamp, *file.content, read_at);
}

/// Bytes that come until somebody asks to stop.
class StoppableSource final : public oci::Source {
 public:
  StoppableSource(oci::Source& source, const std::stop_token& stop)
      : source_(source), stop_(stop) {}
  std::size_t read(oci::MutableBytes buffer) override {
    oci::throw_if_stopped(stop_);
    return source_.read(buffer);
  }

 private:
  oci::Source& source_;
  const std::stop_token& stop_;
};

void hash_files(const FileTree& tree, std::span<TreeFile* const> files, StatCache& cache,
                const std::stop_token& stop) {
  std::vector<std::string> paths;
  for (const TreeFile* each : files) paths.push_back(each->entry.path);
  const oci::FileTime read_at = current_file_time();
  tree.read(paths, [&](std::size_t index, oci::Source& content) {
    StoppableSource source(content, stop);
    files[index]->content = oci::digest_of(source);
  });
  for (const TreeFile* each : files) remember(tree, *each, read_at, cache);
}

/// The regular files whose content has to be read.
std::vector<TreeFile*> unknown_files(SelectedSource& source, StatCache& cache) {
  std::vector<TreeFile*> unknown;
  for (TreeFile& file : source.files) {
    if (!file.is_regular() || file.content) continue;
    if (file.entry.size == 0)
      file.content = empty_content();
    else if (file.stamp)
      file.content = cache.find(*file.stamp);
    if (!file.content) unknown.push_back(&file);
  }
  return unknown;
}

std::size_t task_length(std::span<TreeFile* const> files) {
  std::size_t count = 0;
  for (std::uint64_t bytes = 0; count < files.size(); ++count) {
    if (count == kFilesPerTask || bytes >= kBytesPerTask) break;
    bytes += files[count]->entry.size;
  }
  return count;
}

void add_text(std::string& record, std::string_view text) {
  record += std::to_string(text.size());
  record += ':';
  record += text;
}

void add_number(std::string& record, std::uint64_t number) {
  record += std::to_string(number);
  record += ';';
}

std::string record_of(const SelectedSource& source, const TreeFile& file) {
  const oci::TarEntry& entry = file.entry;
  std::string record;
  add_text(record, source.relative_path(file));
  for (const std::uint64_t number :
       {static_cast<std::uint64_t>(entry.type), std::uint64_t{entry.mode}, entry.uid, entry.gid,
        std::uint64_t{entry.device_major}, std::uint64_t{entry.device_minor},
        std::uint64_t{entry.xattrs.size()}})
    add_number(record, number);
  for (const auto& [name, value] : entry.xattrs) {
    add_text(record, name);
    add_text(record, value);
  }
  add_text(record, entry.link_target);
  if (file.is_regular()) add_text(record, file.content.value().to_string());
  return record;
}

}  // namespace

void hash_contents(CopySelection& selection, StatCache& cache, oci::ThreadPool& pool,
                   std::stop_token stop) {
  // Declared before the group, which joins the tasks that use it.
  std::vector<std::vector<TreeFile*>> unknown;
  unknown.reserve(selection.sources.size());
  oci::TaskGroup tasks(pool);
  for (SelectedSource& source : selection.sources) {
    unknown.push_back(unknown_files(source, cache));
    std::span<TreeFile* const> rest = unknown.back();
    while (!rest.empty()) {
      const auto part = rest.first(task_length(rest));
      rest = rest.subspan(part.size());
      tasks.run([&source, &cache, &stop, part] { hash_files(*source.tree, part, cache, stop); });
    }
  }
  tasks.wait();
}

void take_digests(CopySelection& selection, const CopyPlan& plan, const oci::LayerToc& written,
                  StatCache& cache) {
  std::unordered_map<std::string_view, const oci::TocEntry*> entries;
  for (const oci::TocEntry& each : written.entries()) entries.emplace(each.entry.path, &each);
  for (const CopyPlan::Item& item : plan.items()) {
    if (item.source == CopyPlan::Item::kFolder) continue;
    SelectedSource& source = selection.sources[item.source];
    TreeFile& file = source.files[item.position];
    if (!file.is_regular()) continue;
    const auto at = entries.find(item.hard_link.empty() ? item.path : item.hard_link);
    if (at == entries.end() || !at->second->content) continue;
    file.content = at->second->content;
    remember(*source.tree, file, selection.taken, cache);
  }
}

CacheKey content_key(const CopySelection& selection) {
  CacheKeyHasher hasher("copied files 1");
  for (const SelectedSource& source : selection.sources) {
    // Of a folder that is copied only the content gets into the image, not its name or mode.
    const bool is_folder = source.root().is_directory();
    hasher.field(is_folder ? "folder" : "source", is_folder ? "" : source.name);
    std::map<std::uint64_t, std::string_view> linked;
    for (const TreeFile& file : std::span(source.files).subspan(is_folder ? 1 : 0)) {
      hasher.field("file", record_of(source, file));
      if (file.link_group == 0) continue;
      const auto [first, is_new] = linked.try_emplace(file.link_group, source.relative_path(file));
      if (!is_new) hasher.field("name of", first->second);
    }
  }
  return hasher.finish();
}

}  // namespace bale::builder
