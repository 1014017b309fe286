// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_selection.h"

#include "builder/archive_tree.h"
#include "builder/glob.h"
#include "builder/inline_tree.h"
#include "builder/resolve.h"
#include "builder/source_filter.h"
#include "builder/source_pattern.h"
#include "builder/tree_path.h"
#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

std::string hint_for_missing(const FileTree& tree, const std::string& path) {
  if (tree.hides(path)) return "the ignore file keeps it out of the build: add a line !" + path;
  std::vector<std::string> names;
  for (const TreeFile& each : tree.list(std::string(parent_path(path))))
    names.emplace_back(base_name(each.entry.path));
  const std::string near = oci::nearest(base_name(path), names);
  return near.empty() ? "" : "did you mean " + join_path(parent_path(path), near) + "?";
}

[[noreturn]] void throw_missing(const FileTree& tree, const std::string& written,
                                const std::string& path) {
  throw oci::Error(oci::ErrorCode::kFailed, "copying " + written + ": no such file or folder",
                   hint_for_missing(tree, path));
}

/// Finds the sources of one step.
class Selector {
 public:
  Selector(const CopyStep& step, std::shared_ptr<const FileTree> tree, oci::ThreadPool* pool)
      : tree_(std::move(tree)), pool_(pool), excluded_(exclude_filter(step.excludes)) {
    selection_.taken = current_file_time();
    for (const std::string& written : step.sources)
      step.parents ? add_with_parents(written) : add_source(written);
  }

  void add_inline(const std::vector<InlineFile>& files, oci::FileTime time) {
    if (files.empty()) return;
    tree_ = std::make_shared<InlineTree>(files, time);
    for (const InlineFile& file : files) add_one(file.name, file.name);
  }

  CopySelection take() { return std::move(selection_); }

 private:
  void add_source(const std::string& written) {
    const std::string path = clean_path(written);
    if (!has_wildcard(path)) return add_one(path, written);
    const std::vector<std::string> matches = expand_pattern(*tree_, path);
    if (matches.empty()) selection_.unmatched.push_back(written);
    for (const std::string& each : matches) add_one(each, each);
  }

  /// `path` may be a link; `written` is for messages.
  void add_one(const std::string& path, const std::string& written) {
    const TreeFile root = follow(path, written);
    start_source(path).files =
        root.is_directory() ? files_below(*tree_, root, excluded_, pool_) : FileList(root);
  }

  /// `--parents`: what matches comes with the folders above it, from the first `/./` on, which is
  /// why all of it is one folder with little in it.
  void add_with_parents(const std::string& written) {
    const std::size_t pivot = written.find("/./");
    const std::string start =
        pivot == std::string::npos ? "" : clean_path(written.substr(0, pivot));
    const std::string pattern =
        clean_path(pivot == std::string::npos ? written : written.substr(pivot + 3));
    FileList files =
        files_below(*tree_, follow(start, written), only_matching(pattern, excluded_), pool_);
    if (files.size() > 1 || pattern.empty())
      start_source(start).files = std::move(files);
    else if (has_wildcard(pattern))
      selection_.unmatched.push_back(written);
    else
      throw_missing(*tree_, written, join_path(start, pattern));
  }

  TreeFile follow(const std::string& path, const std::string& written) const {
    Resolved found = resolve(*tree_, path, LastLink::kFollow);
    if (!found.file) throw_missing(*tree_, written, found.path);
    return *std::move(found.file);
  }

  SelectedSource& start_source(const std::string& path) {
    SelectedSource& source = selection_.sources.emplace_back();
    source.tree = tree_;
    source.name = base_name(path);
    return source;
  }

  std::shared_ptr<const FileTree> tree_;
  oci::ThreadPool* const pool_;
  const TreeFilter excluded_;
  CopySelection selection_;
};

}  // namespace

std::string_view SelectedSource::relative_path(const TreeFile& file) const {
  return path_below(file.entry.path, root().entry.path);
}

CopySelection select_files(const CopyStep& step, std::shared_ptr<const FileTree> tree,
                           oci::FileTime inline_time, oci::ThreadPool* pool) {
  Selector selector(step, std::move(tree), pool);
  selector.add_inline(step.files, inline_time);
  return selector.take();
}

CopySelection unpack_archives(const CopySelection& selection, Archives which) {
  CopySelection unpacked = selection;
  for (SelectedSource& source : unpacked.sources) {
    const TreeFile& root = source.root();
    if (which == Archives::kCopy || (source.is_remote && which != Archives::kUnpackAll)) continue;
    if (!root.is_regular() || root.entry.size == 0) continue;
    const auto archive = ArchiveTree::open(source.tree, root.entry.path);
    if (!archive) continue;
    source.files = files_below(*archive, *archive->find(""), {});
    source.tree = archive;
    source.is_archive = true;
  }
  return unpacked;
}

}  // namespace bale::builder
