// SPDX-License-Identifier: Apache-2.0
#include "builder/content_key.h"

#include <map>
#include <mutex>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "oci/error.h"
#include "oci/io.h"

namespace bale::builder {

namespace {

// Enough work for one task that handing it over costs nothing beside it.
constexpr std::size_t kFilesPerTask = 64;
constexpr std::uint64_t kBytesPerTask = std::uint64_t{4} * 1024 * 1024;

/// Remembers a digest of content that was read since `read_at`, if the file is still the same.
void remember(const FileTree& tree, const TreeFile& file, oci::FileTime read_at, StatCache& cache) {
  if (!file.stamp || !file.content) return;
  if (tree.stamp(file.entry.path) == file.stamp) cache.put(*file.stamp, *file.content, read_at);
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

/// Files of one source whose content has to be read: enough work for one task, and little enough to
/// hold.
struct Batch {
  SelectedSource* source = nullptr;
  std::vector<std::size_t> positions;
  std::vector<TreeFile> files;
  std::uint64_t bytes = 0;

  bool is_full() const { return files.size() == kFilesPerTask || bytes >= kBytesPerTask; }
};

/// Gives out the files whose content nobody knows, batch by batch. Thread-safe.
class UnknownFiles {
 public:
  UnknownFiles(CopySelection& selection, StatCache& cache)
      : sources_(selection.sources), cache_(cache) {}

  /// An empty batch when all files have been given out.
  Batch next() {
    const std::lock_guard lock(mutex_);
    Batch batch;
    while (batch.files.empty() && source_ < sources_.size()) {
      fill(batch, sources_[source_]);
      if (*file_ != FileList::end()) break;
      file_.reset();
      ++source_;
    }
    return batch;
  }

 private:
  void fill(Batch& batch, SelectedSource& source) {
    batch.source = &source;
    if (!file_) file_ = source.files.begin();
    for (auto& at = *file_; at != FileList::end() && !batch.is_full(); ++at) {
      const TreeFile& file = *at;
      if (!file.is_regular() || file.content) continue;
      if (const auto known = file.stamp ? cache_.find(*file.stamp) : std::nullopt) {
        source.files.set_content(at.position(), *known);
        continue;
      }
      batch.positions.push_back(at.position());
      batch.files.push_back(file);
      batch.bytes += file.entry.size;
    }
  }

  std::mutex mutex_;
  std::vector<SelectedSource>& sources_;
  StatCache& cache_;
  std::size_t source_ = 0;
  std::optional<FileList::Iterator> file_;  // of that source, once it was begun
};

void hash_files(Batch& batch, StatCache& cache, const std::stop_token& stop) {
  const FileTree& tree = *batch.source->tree;
  std::vector<std::string> paths;
  for (const TreeFile& each : batch.files) paths.push_back(each.entry.path);
  const oci::FileTime read_at = current_file_time();
  tree.read(paths, [&](std::size_t index, oci::Source& content) {
    StoppableSource source(content, stop);
    batch.files[index].content = oci::digest_of(source);
    batch.source->files.set_content(batch.positions[index], *batch.files[index].content);
  });
  for (const TreeFile& each : batch.files) remember(tree, each, read_at, cache);
}

/// Remembers digests on other threads while the next ones are found.
class Rememberer {
 public:
  Rememberer(oci::FileTime read_at, StatCache& cache, oci::ThreadPool& pool)
      : read_at_(read_at), cache_(cache), tasks_(pool) {}

  void add(const FileTree& tree, TreeFile file) {
    batch_.emplace_back(&tree, std::move(file));
    if (batch_.size() == kFiles) flush();
  }

  void finish() {
    flush();
    tasks_.wait();
  }

 private:
  static constexpr std::size_t kFiles = 256;
  static constexpr std::size_t kBatches = 16;  // on the way

  void flush() {
    if (++batches_ % kBatches == 0) tasks_.wait();
    tasks_.run([this, batch = std::exchange(batch_, {})] {
      for (const auto& [tree, file] : batch) remember(*tree, file, read_at_, cache_);
    });
  }

  const oci::FileTime read_at_;
  StatCache& cache_;
  std::vector<std::pair<const FileTree*, TreeFile>> batch_;
  std::size_t batches_ = 0;
  oci::TaskGroup tasks_;  // behind all that its tasks use
};

/// The content of the next file of that path. Files that were read from disk stand in the table in
/// the order of the plan.
std::optional<oci::Digest> find_content(oci::TocReader& table, const std::string& path) {
  while (const auto toc = table.next())
    if (toc->entry.path == path) return toc->content;
  return std::nullopt;
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
  UnknownFiles unknown(selection, cache);
  oci::TaskGroup tasks(pool);
  for (std::size_t i = 0; i < pool.size(); ++i) {
    tasks.run([&] {
      for (Batch batch = unknown.next(); !batch.files.empty() && !tasks.failed();
           batch = unknown.next())
        hash_files(batch, cache, stop);
    });
  }
  tasks.wait();
}

void take_digests(CopySelection& selection, const CopyPlan& plan, oci::TocReader& written,
                  StatCache& cache, oci::ThreadPool& pool) {
  Rememberer rememberer(selection.taken, cache, pool);
  std::map<std::string, oci::Digest> linked;  // contents of files with several names
  for (CopyPlan::Reader entries(plan); const PlannedEntry* planned = entries.next();) {
    const bool is_read = planned->source && planned->file.is_regular() && planned->file.stamp &&
                         planned->file.entry.size > 0;
    if (!is_read) continue;
    TreeFile file = planned->file;
    if (planned->entry.type == oci::FileType::kHardLink) {
      file.content = linked.at(planned->entry.link_target);
    } else {
      file.content = find_content(written, planned->entry.path);
      if (!file.content) continue;
      if (file.link_group != 0) linked.emplace(planned->entry.path, *file.content);
    }
    SelectedSource& source = selection.sources[*planned->source];
    source.files.set_content(planned->position, *file.content);
    rememberer.add(*source.tree, std::move(file));
  }
  rememberer.finish();
}

CacheKey content_key(const CopySelection& selection) {
  CacheKeyHasher hasher("copied files 1");
  for (const SelectedSource& source : selection.sources) {
    // Of a folder that is copied only the content gets into the image, not its name or mode.
    const bool is_folder = source.root().is_directory();
    hasher.field(is_folder ? "folder" : "source", is_folder ? "" : source.name);
    std::map<std::uint64_t, std::string> linked;
    for (auto at = source.files.begin(); at != FileList::end(); ++at) {
      if (is_folder && at.position() == 0) continue;
      const TreeFile& file = *at;
      hasher.field("file", record_of(source, file));
      if (file.link_group == 0) continue;
      const auto [first, is_new] = linked.try_emplace(file.link_group, source.relative_path(file));
      if (!is_new) hasher.field("name of", first->second);
    }
  }
  return hasher.finish();
}

}  // namespace bale::builder
