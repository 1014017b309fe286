// SPDX-License-Identifier: Apache-2.0
#include "oci/file_lock.h"

#include <cerrno>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>

#include "oci/error.h"

namespace bale::oci {

namespace {

/// False where LOCK_NB was given and somebody else holds the lock.
bool take(const UniqueFd& fd, int operation, const std::filesystem::path& path) {
  while (::flock(fd.get(), operation) != 0) {
    if (errno == EINTR) continue;
    if (errno == EWOULDBLOCK) return false;
    throw errno_error("locking " + path.string());
  }
  return true;
}

UniqueFd try_open(const std::filesystem::path& path) {
  return UniqueFd(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
}

/// Whether what was opened is still found under its name.
bool is_still_there(const UniqueFd& fd, const std::filesystem::path& path) {
  struct stat opened {};
  struct stat named {};
  return ::fstat(fd.get(), &opened) == 0 && ::stat(path.c_str(), &named) == 0 &&
         opened.st_dev == named.st_dev && opened.st_ino == named.st_ino;
}

}  // namespace

FileLock FileLock::exclusive(const std::filesystem::path& path) {
  UniqueFd fd = open_file(path, O_RDONLY);
  take(fd, LOCK_EX, path);
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_exclusive(const std::filesystem::path& path) {
  UniqueFd fd = try_open(path);
  if (!fd || !take(fd, LOCK_EX | LOCK_NB, path) || !is_still_there(fd, path)) return std::nullopt;
  return FileLock(std::move(fd));
}

std::optional<FileLock> FileLock::try_shared(const std::filesystem::path& path) {
  UniqueFd fd = try_open(path);
  if (!fd || !take(fd, LOCK_SH, path)) return std::nullopt;
  return FileLock(std::move(fd));
}

}  // namespace bale::oci
