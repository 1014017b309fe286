// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "oci/digest.h"
#include "oci/io.h"
#include "oci/tar_entry.h"

namespace bale::builder {

/// What changes on disk whenever the content of a file does: the kernel sets `changed` (ctime) at
/// every write and lets nobody choose it.
struct FileStamp {
  std::uint64_t device = 0;
  std::uint64_t inode = 0;
  std::uint64_t size = 0;
  oci::FileTime modified;
  oci::FileTime changed;

  friend auto operator<=>(const FileStamp&, const FileStamp&) = default;
};

/// The time of the clock that file systems take their times from.
oci::FileTime current_file_time();

/// One file of a tree.
struct TreeFile {
  /// `path` is the file's path in its tree. Never a hard link: each name of a file is told as the
  /// file itself.
  oci::TarEntry entry;
  /// The same number on all names of one file that has several; 0 on a file with one name.
  std::uint64_t link_group = 0;
  /// The digest of a regular file's content, where it is known without reading.
  std::optional<oci::Digest> content = std::nullopt;
  /// Of files on disk.
  std::optional<FileStamp> stamp = std::nullopt;

  bool is_directory() const { return entry.type == oci::FileType::kDirectory; }
  bool is_symlink() const { return entry.type == oci::FileType::kSymlink; }
  bool is_regular() const { return entry.type == oci::FileType::kRegular; }
};

/// A read-only tree of files: a folder on disk, or what the layers of an image amount to. Paths are
/// as `tree_path.h` says. Lookups follow no link, at the end or on the way; `resolve` does.
/// Thread-safe.
class FileTree {
 public:
  virtual ~FileTree() = default;

  /// Nothing where the path does not exist. The root always exists.
  virtual std::optional<TreeFile> find(const std::string& path) const = 0;
  enum class Visit { kGoOn, kEnough };
  using FileVisitor = std::function<Visit(TreeFile file)>;
  /// Visits what a folder holds, by name in byte order, until a visitor has enough; nothing where
  /// it is no folder.
  virtual void each(const std::string& folder, const FileVisitor& visit) const = 0;
  /// The same, all at once.
  std::vector<TreeFile> list(const std::string& folder) const;

  /// `content` is valid during the call only.
  using Visitor = std::function<void(std::size_t index, oci::Source& content)>;
  /// Visits the contents of regular files in the order that costs least, each once; `index` is the
  /// position in `paths`.
  virtual void read(std::span<const std::string> paths, const Visitor& visit) const = 0;

  /// What `find` would tell of a file's stamp, without the rest.
  virtual std::optional<FileStamp> stamp(const std::string& path) const;

  /// Where the file stands on this machine's disk; nothing for a tree that is not on disk.
  virtual std::optional<std::filesystem::path> host_path(const std::string& path) const = 0;

  /// Whether the path exists but is kept out of the tree (by an ignore file).
  virtual bool hides(const std::string& path) const = 0;

 protected:
  FileTree() = default;
  FileTree(const FileTree&) = default;
  FileTree& operator=(const FileTree&) = default;
};

/// The content of one regular file. Throws kCorrupt past `limit` bytes.
std::string read_tree_file(const FileTree& tree, const std::string& path, std::size_t limit);

/// A tree without any file: what a stage from scratch starts with. Has a root.
class EmptyTree final : public FileTree {
 public:
  std::optional<TreeFile> find(const std::string& path) const override;
  void each(const std::string& folder, const FileVisitor& visit) const override;
  void read(std::span<const std::string> paths, const Visitor& visit) const override;
  std::optional<std::filesystem::path> host_path(const std::string& path) const override;
  bool hides(const std::string& path) const override;
};

}  // namespace bale::builder
