// SPDX-License-Identifier: Apache-2.0
#include "builder/remote_files.h"

#include <algorithm>
#include <iterator>
#include <utility>

#include "builder/context_tree.h"
#include "builder/download_tree.h"
#include "builder/remote_source.h"
#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

std::string name_for(const std::string& url, const Destination& destination) {
  std::string name = file_name_of(url);
  if (!name.empty()) return name;
  if (!destination.is_directory) return std::string(base_name(destination.path));
  throw oci::Error(oci::ErrorCode::kInvalid, url + " gives its file no name",
                   "write the name after the destination folder");
}

/// The name of a file is no pattern, whatever its URL holds.
CopySelection select_fetched(const RemoteFiles::Place& place, CopyStep part) {
  const auto file = place.tree->find(place.path);
  if (!file || !file->is_regular()) {
    part.sources = {"/" + place.path};
    return select_files(part, place.tree, {});
  }
  CopySelection selection;
  selection.taken = current_file_time();
  SelectedSource& source = selection.sources.emplace_back();
  source.tree = place.tree;
  source.name = base_name(place.path);
  source.files = FileList(*file);
  return selection;
}

void append(CopySelection& into, CopySelection more, bool is_remote) {
  for (auto& source : more.sources) {
    source.is_remote = is_remote;
    into.sources.push_back(std::move(source));
  }
  std::move(more.unmatched.begin(), more.unmatched.end(), std::back_inserter(into.unmatched));
}

}  // namespace

RemoteFiles::RemoteFiles(const std::filesystem::path& folder, HttpFetcher& fetcher)
    : downloads_(folder / "web", fetcher), checkouts_(folder / "git") {}

RemoteFiles::Place RemoteFiles::open(const std::string& source, const AddStep& step,
                                     const std::stop_token& stop) {
  if (!is_git_source(source)) {
    const std::string name = name_for(source, step.copy.destination);
    const auto checksum = oci::Digest::try_parse(step.checksum);
    auto download = downloads_.get(source, checksum, stop);
    return {std::make_shared<const DownloadTree>(std::move(download), name), name};
  }
  GitSource git = parse_git_source(source);
  if (!step.checksum.empty()) git.commit = step.checksum;
  const bool keep = step.keep_git_dir.value_or(git.keep_git_dir.value_or(false));
  const auto folder = checkouts_.checkout(
      git, keep ? GitCheckouts::GitDir::kKeep : GitCheckouts::GitDir::kRemove, stop);
  return {std::make_shared<const ContextTree>(folder), git.folder};
}

CopySelection select_added(const AddStep& step, const std::shared_ptr<const FileTree>& context,
                           RemoteFiles& remote, oci::FileTime inline_time,
                           const std::stop_token& stop) {
  CopyStep part = step.copy;
  part.files.clear();
  CopySelection selection;
  selection.taken = current_file_time();
  for (const auto& source : step.copy.sources) {
    part.sources = {source};
    if (!is_remote_source(source)) {
      append(selection, select_files(part, context, inline_time), false);
      continue;
    }
    const RemoteFiles::Place place = remote.open(source, step, stop);
    append(selection, select_fetched(place, part), true);
  }
  part.sources.clear();
  part.files = step.copy.files;
  append(selection, select_files(part, context, inline_time), false);
  return selection;
}

}  // namespace bale::builder
