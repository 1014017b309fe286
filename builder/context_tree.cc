// SPDX-License-Identifier: Apache-2.0
#include "builder/context_tree.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <vector>

#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "builder/file_xattrs.h"
#include "builder/tree_path.h"
#include "oci/error.h"
#include "oci/host_file.h"

namespace bale::builder {

namespace {

constexpr int kFolderFlags = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;
constexpr std::size_t kMaxLinkTarget = 4096;  // PATH_MAX: no system makes a longer one
constexpr std::size_t kStatAtOnce = 1024;

std::string shown(const std::string& path) { return path.empty() ? "the root" : path; }

bool is_absent(int error) { return error == ENOENT || error == ENOTDIR || error == ELOOP; }

oci::FileTime file_time(const timespec& time) {
  return {time.tv_sec, static_cast<std::uint32_t>(time.tv_nsec)};
}

oci::FileType file_type(mode_t mode) {
  if (S_ISDIR(mode)) return oci::FileType::kDirectory;
  if (S_ISLNK(mode)) return oci::FileType::kSymlink;
  if (S_ISCHR(mode)) return oci::FileType::kCharDevice;
  if (S_ISBLK(mode)) return oci::FileType::kBlockDevice;
  if (S_ISFIFO(mode)) return oci::FileType::kFifo;
  return oci::FileType::kRegular;
}

std::string read_link(int folder, const std::string& path) {
  std::string target(kMaxLinkTarget, '\0');
  const std::string name(base_name(path));
  const ssize_t size = ::readlinkat(folder, name.c_str(), target.data(), target.size());
  if (size < 0) throw oci::errno_error("reading the link " + path);
  target.resize(static_cast<std::size_t>(size));
  return target;
}

/// Distinguishes files within one tree; collisions of different devices are as good as impossible.
std::uint64_t link_group(const struct stat& status) {
  return (status.st_dev * 0x9E3779B97F4A7C15ULL) ^ (status.st_ino + 1);
}

FileStamp stamp_of(const struct stat& status) {
  return {status.st_dev, status.st_ino, static_cast<std::uint64_t>(status.st_size),
          file_time(status.st_mtim), file_time(status.st_ctim)};
}

oci::TarEntry entry_of(const std::string& path, const struct stat& status) {
  oci::TarEntry entry{.path = path, .type = file_type(status.st_mode)};
  entry.mode = entry.type == oci::FileType::kSymlink ? 0777 : status.st_mode & 07777;
  entry.mtime = file_time(status.st_mtim);
  if (S_ISREG(status.st_mode)) entry.size = static_cast<std::uint64_t>(status.st_size);
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    entry.device_major = major(status.st_rdev);
    entry.device_minor = minor(status.st_rdev);
  }
  return entry;
}

/// The names in a folder, in byte order. They stand one behind the other: of a folder with a
/// million files, strings of their own would take five times as much.
class Names {
 public:
  void add(std::string_view name) {
    starts_.push_back(static_cast<std::uint32_t>(text_.size()));
    text_ += name;
    text_ += '\0';
  }

  void sort() {
    std::sort(starts_.begin(), starts_.end(), [this](std::uint32_t left, std::uint32_t right) {
      return std::strcmp(&text_[left], &text_[right]) < 0;
    });
  }

  std::size_t size() const { return starts_.size(); }
  /// Up to `count` names from the `first` on.
  std::vector<const char*> some(std::size_t first, std::size_t count) const {
    std::vector<const char*> names;
    for (std::size_t i = first; i < std::min(first + count, size()); ++i)
      names.push_back(&text_[starts_[i]]);
    return names;
  }

 private:
  std::string text_;
  std::vector<std::uint32_t> starts_;
};

Names list_names(const oci::UniqueFd& folder, const std::string& path) {
  Names names;
  if (!folder) return names;
  const int copy = ::fcntl(folder.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, int (*)(DIR*)> stream(::fdopendir(copy), &::closedir);
  if (!stream) throw oci::errno_error("listing " + shown(path));
  errno = 0;
  while (const dirent* each = ::readdir(stream.get())) {
    const std::string_view name = each->d_name;
    if (name != "." && name != "..") names.add(name);
  }
  if (errno != 0) throw oci::errno_error("listing " + shown(path));
  names.sort();
  return names;
}

}  // namespace

ContextTree::ContextTree(std::filesystem::path root, TreeFilter filter)
    : root_(std::move(root)),
      filter_(std::move(filter)),
      root_fd_(oci::open_file(root_, O_RDONLY | O_DIRECTORY)) {}

/// Goes down one component at a time without following links: this works on every POSIX system, and
/// no rename in between can lead out of the root.
oci::UniqueFd ContextTree::open_folder(const std::string& folder) const {
  // Opened anew, not duplicated: duplicates share one position, and listings from several threads
  // would each get a part.
  oci::UniqueFd current(::openat(root_fd_.get(), ".", kFolderFlags));
  for (const std::string_view component : path_components(folder)) {
    if (!current) break;
    current = oci::UniqueFd(::openat(current.get(), std::string(component).c_str(), kFolderFlags));
  }
  if (!current && !is_absent(errno)) throw oci::errno_error("opening " + shown(folder));
  return current;
}

std::optional<TreeFile> ContextTree::stat(int folder, const std::string& path) const {
  struct stat status;
  const std::string name(path.empty() ? "." : base_name(path));
  if (::fstatat(folder, name.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) {
    if (is_absent(errno)) return std::nullopt;
    throw oci::errno_error("looking at " + shown(path));
  }
  TreeFile file{.entry = entry_of(path, status)};
  if (file.is_symlink()) file.entry.link_target = read_link(folder, path);
  if (S_ISREG(status.st_mode)) file.stamp = stamp_of(status);
  if (S_ISREG(status.st_mode) && status.st_nlink > 1) file.link_group = link_group(status);
  if (S_ISREG(status.st_mode) || file.is_directory()) file.entry.xattrs = file_xattrs(folder, name);
  return file;
}

bool ContextTree::shows(const TreeFile& file) const {
  const std::string& path = file.entry.path;
  if (path.empty() || !filter_.hides || !filter_.hides(path)) return true;
  if (!file.is_directory() || !filter_.may_show_below || !filter_.may_show_below(path))
    return false;
  bool holds_something = false;
  each(path, [&](const TreeFile&) {
    holds_something = true;
    return Visit::kEnough;
  });
  return holds_something;
}

std::optional<TreeFile> ContextTree::find(const std::string& path) const {
  const oci::UniqueFd folder = open_folder(std::string(parent_path(path)));
  if (!folder) return std::nullopt;
  std::optional<TreeFile> file = stat(folder.get(), path);
  if (file && !shows(*file)) return std::nullopt;
  return file;
}

void ContextTree::each(const std::string& folder, const FileVisitor& visit) const {
  const Names names = list_names(open_folder(folder), folder);
  // No descriptor is open during a visit, which may go down any number of folders.
  for (std::size_t first = 0; first < names.size(); first += kStatAtOnce) {
    for (TreeFile& file : stat_all(folder, names.some(first, kStatAtOnce)))
      if (visit(std::move(file)) == Visit::kEnough) return;
  }
}

std::vector<TreeFile> ContextTree::stat_all(const std::string& folder,
                                            std::span<const char* const> names) const {
  std::vector<TreeFile> files;
  const oci::UniqueFd fd = open_folder(folder);
  if (!fd) return files;
  for (const char* name : names) {
    // A file that goes away while the folder is read was never there.
    std::optional<TreeFile> file = stat(fd.get(), join_path(folder, name));
    if (file && shows(*file)) files.push_back(std::move(*file));
  }
  return files;
}

void ContextTree::read(std::span<const std::string> paths, const Visitor& visit) const {
  for (std::size_t i = 0; i < paths.size(); ++i) {
    const oci::UniqueFd folder = open_folder(std::string(parent_path(paths[i])));
    const std::string name(base_name(paths[i]));
    // O_NONBLOCK: a FIFO that took the file's place must not hold the build up.
    oci::UniqueFd fd(
        ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd) throw oci::errno_error("opening " + (root_ / paths[i]).string());
    oci::refuse_vast_holes(fd, root_ / paths[i]);
    oci::FileSource source(std::move(fd));
    visit(i, source);
  }
}

/// In one step, whatever stands on the way: a stamp tells by itself which file it is of.
std::optional<FileStamp> ContextTree::stamp(const std::string& path) const {
  struct stat status;
  if (::fstatat(root_fd_.get(), path.c_str(), &status, AT_SYMLINK_NOFOLLOW) != 0) return {};
  return S_ISREG(status.st_mode) ? std::optional(stamp_of(status)) : std::nullopt;
}

std::optional<std::filesystem::path> ContextTree::host_path(const std::string& path) const {
  return root_ / path;
}

bool ContextTree::hides(const std::string& path) const {
  const oci::UniqueFd folder = open_folder(std::string(parent_path(path)));
  if (!folder) return false;
  const std::optional<TreeFile> file = stat(folder.get(), path);
  return file && !shows(*file);
}

}  // namespace bale::builder
