// SPDX-License-Identifier: Apache-2.0
#include "builder/file_tree.h"

#include <ctime>
#include <utility>

#include "oci/error.h"

namespace bale::builder {

oci::FileTime current_file_time() {
  timespec now = {};
  ::clock_gettime(CLOCK_REALTIME, &now);
  return {now.tv_sec, static_cast<std::uint32_t>(now.tv_nsec)};
}

std::vector<TreeFile> FileTree::list(const std::string& folder) const {
  std::vector<TreeFile> files;
  each(folder, [&](TreeFile file) {
    files.push_back(std::move(file));
    return Visit::kGoOn;
  });
  return files;
}

std::optional<FileStamp> FileTree::stamp(const std::string& path) const {
  const std::optional<TreeFile> file = find(path);
  return file ? file->stamp : std::nullopt;
}

std::string read_tree_file(const FileTree& tree, const std::string& path, std::size_t limit) {
  std::string content;
  tree.read(std::span(&path, 1),
            [&](std::size_t, oci::Source& source) { content = oci::read_all(source, limit); });
  return content;
}

std::optional<TreeFile> EmptyTree::find(const std::string& path) const {
  if (!path.empty()) return std::nullopt;
  return TreeFile{.entry = {.path = "", .type = oci::FileType::kDirectory, .mode = 0755}};
}

void EmptyTree::each(const std::string&, const FileVisitor&) const {}

void EmptyTree::read(std::span<const std::string> paths, const Visitor&) const {
  if (!paths.empty())
    throw oci::Error(oci::ErrorCode::kNotFound, "reading " + paths.front() + ": no such file");
}

std::optional<std::filesystem::path> EmptyTree::host_path(const std::string&) const {
  return std::nullopt;
}

bool EmptyTree::hides(const std::string&) const { return false; }

}  // namespace bale::builder
