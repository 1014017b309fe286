// SPDX-License-Identifier: Apache-2.0
#include "builder/file_attributes.h"

#include <cerrno>
#include <string_view>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::builder {

namespace {

std::optional<struct stat> try_stat(const std::filesystem::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0) return status;
  if (errno == ENOENT || errno == ENOTDIR) return std::nullopt;
  throw oci::errno_error("reading " + path.string());
}

oci::FileType type_of(const struct stat& status) {
  switch (status.st_mode & S_IFMT) {
    case S_IFDIR:
      return oci::FileType::kDirectory;
    case S_IFLNK:
      return oci::FileType::kSymlink;
    case S_IFCHR:
      return oci::FileType::kCharDevice;
    case S_IFBLK:
      return oci::FileType::kBlockDevice;
    case S_IFIFO:
      return oci::FileType::kFifo;
    default:
      return oci::FileType::kRegular;
  }
}

std::string read_link(const std::filesystem::path& path, std::size_t size) {
  std::string target(size, '\0');
  const ssize_t got = ::readlink(path.c_str(), target.data(), target.size());
  if (got < 0) throw oci::errno_error("reading the link " + path.string());
  target.resize(static_cast<std::size_t>(got));
  return target;
}

oci::TarEntry entry_of(const std::filesystem::path& path, const struct stat& status) {
  oci::TarEntry entry;
  entry.type = type_of(status);
  entry.mode = status.st_mode & 07777U;
  entry.uid = status.st_uid;
  entry.gid = status.st_gid;
  entry.mtime = {status.st_mtim.tv_sec, static_cast<std::uint32_t>(status.st_mtim.tv_nsec)};
  if (S_ISREG(status.st_mode)) entry.size = static_cast<std::uint64_t>(status.st_size);
  if (S_ISLNK(status.st_mode)) {
    entry.link_target = read_link(path, static_cast<std::size_t>(status.st_size));
  }
  if (S_ISCHR(status.st_mode) || S_ISBLK(status.st_mode)) {
    entry.device_major = major(status.st_rdev);
    entry.device_minor = minor(status.st_rdev);
  }
  return entry;
}

/// The NUL-separated names of all extended attributes; "" where the file system has none.
std::string xattr_names(const std::filesystem::path& path) {
  std::string names;
  while (true) {
    const ssize_t size = ::llistxattr(path.c_str(), nullptr, 0);
    if (size <= 0) return {};
    names.resize(static_cast<std::size_t>(size));
    const ssize_t got = ::llistxattr(path.c_str(), names.data(), names.size());
    if (got < 0 && errno == ERANGE) continue;  // another was added meanwhile
    if (got < 0) throw oci::errno_error("reading the attributes of " + path.string());
    names.resize(static_cast<std::size_t>(got));
    return names;
  }
}

std::string read_xattr(const std::filesystem::path& path, const char* name) {
  const ssize_t size = ::lgetxattr(path.c_str(), name, nullptr, 0);
  if (size < 0) throw oci::errno_error("reading the attribute of " + path.string());
  std::string value(static_cast<std::size_t>(size), '\0');
  const ssize_t got = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  if (got < 0) throw oci::errno_error("reading the attribute of " + path.string());
  value.resize(static_cast<std::size_t>(got));
  return value;
}

bool belongs_to_overlay(std::string_view name) {
  return name.starts_with("trusted.overlay.") || name.starts_with("user.overlay.");
}

void read_xattrs(const std::filesystem::path& path, FileAttributes& file) {
  const std::string names = xattr_names(path);
  for (std::size_t at = 0; at < names.size();) {
    const std::string name(names.c_str() + at);
    at += name.size() + 1;
    if (name == "security.selinux") continue;
    auto& kind = belongs_to_overlay(name) ? file.overlay_xattrs : file.entry.xattrs;
    kind[name] = read_xattr(path, name.c_str());
  }
}

}  // namespace

std::optional<FileAttributes> read_file_attributes(const std::filesystem::path& path) {
  const auto status = try_stat(path);
  if (!status) return std::nullopt;
  FileAttributes file;
  file.entry = entry_of(path, *status);
  file.is_socket = S_ISSOCK(status->st_mode);
  file.links = status->st_nlink;
  file.inode = {status->st_dev, status->st_ino};
  read_xattrs(path, file);
  return file;
}

void copy_owner_and_mode(const std::filesystem::path& from, const std::filesystem::path& to) {
  struct stat status {};
  if (::stat(from.c_str(), &status) != 0) throw oci::errno_error("reading " + from.string());
  if (::chown(to.c_str(), status.st_uid, status.st_gid) != 0 ||
      ::chmod(to.c_str(), status.st_mode & 07777U) != 0) {
    throw oci::errno_error("changing " + to.string());
  }
}

Resolved resolve_on_disk(const std::filesystem::path& root, const std::string& path) {
  const auto find = [&root](const std::string& each) -> std::optional<TreeFile> {
    auto file = read_file_attributes(root / each);
    if (!file) return std::nullopt;
    file->entry.path = each;
    return TreeFile{std::move(file->entry)};
  };
  return resolve(find, path, LastLink::kFollow);
}

}  // namespace bale::builder
