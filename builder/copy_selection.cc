// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_selection.h"

#include "builder/archive_tree.h"
#include "builder/glob.h"
#include "builder/inline_tree.h"
#include "builder/resolve.h"
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

/// Collects what lies below a folder.
void walk(const FileTree& tree, const std::string& folder, std::vector<TreeFile>& files) {
  for (TreeFile& file : tree.list(folder)) {
    files.push_back(std::move(file));
    if (files.back().is_directory()) walk(tree, std::string(files.back().entry.path), files);
  }
}

/// `path` may be a link; `written` is for messages.
SelectedSource select_one(const std::shared_ptr<const FileTree>& tree, const std::string& path,
                          const std::string& written) {
  Resolved root = resolve(*tree, path, LastLink::kFollow);
  if (!root.file) throw_missing(*tree, written, root.path);
  SelectedSource source;
  source.tree = tree;
  source.name = base_name(path);
  source.files.push_back(std::move(*root.file));
  if (source.root().is_directory()) walk(*tree, root.path, source.files);
  return source;
}

}  // namespace

std::string_view SelectedSource::relative_path(const TreeFile& file) const {
  std::string_view path = file.entry.path;
  const std::string& top = root().entry.path;
  path.remove_prefix(top.size());
  if (path.starts_with('/')) path.remove_prefix(1);
  return path;
}

CopySelection select_files(const CopyStep& step, std::shared_ptr<const FileTree> tree,
                           oci::FileTime inline_time) {
  CopySelection selection;
  selection.taken = current_file_time();
  for (const std::string& written : step.sources) {
    const std::string path = clean_path(written);
    if (!has_wildcard(path)) {
      selection.sources.push_back(select_one(tree, path, written));
      continue;
    }
    const std::vector<std::string> matches = expand_pattern(*tree, path);
    if (matches.empty()) selection.unmatched.push_back(written);
    for (const std::string& each : matches)
      selection.sources.push_back(select_one(tree, each, each));
  }
  if (step.files.empty()) return selection;
  const auto inline_tree = std::make_shared<InlineTree>(step.files, inline_time);
  for (const InlineFile& file : step.files)
    selection.sources.push_back(select_one(inline_tree, file.name, file.name));
  return selection;
}

CopySelection unpack_archives(const CopySelection& selection) {
  CopySelection unpacked = selection;
  for (SelectedSource& source : unpacked.sources) {
    if (!source.root().is_regular() || source.root().entry.size == 0) continue;
    const auto archive = ArchiveTree::open(source.tree, source.root().entry.path);
    if (!archive) continue;
    source = select_one(archive, "", source.name);
    source.is_archive = true;
  }
  return unpacked;
}

}  // namespace bale::builder
