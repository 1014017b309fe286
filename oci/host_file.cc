// SPDX-License-Identifier: Apache-2.0
#include "oci/host_file.h"

#include <array>
#include <cerrno>
#include <climits>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

/// The kernel takes less than PATH_MAX bytes at once: a longer path is walked in pieces.
UniqueFd open_in_pieces(std::string rest) {
  UniqueFd folder;
  while (rest.size() >= PATH_MAX) {
    const std::size_t cut = rest.rfind('/', PATH_MAX - 1);
    if (cut == std::string::npos || cut == 0) break;
    rest[cut] = '\0';
    folder = UniqueFd(
        ::openat(folder ? folder.get() : AT_FDCWD, rest.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    if (!folder) return {};
    rest.erase(0, cut + 1);
  }
  return UniqueFd(::openat(folder ? folder.get() : AT_FDCWD, rest.c_str(), kFlags));
}

[[noreturn]] void refuse(const std::filesystem::path& path, const std::string& why) {
  throw Error(ErrorCode::kFailed, "reading " + printable(path.native()) + ": " + why);
}

[[noreturn]] void refuse_changed(const std::filesystem::path& path, const std::string& how) {
  throw Error(ErrorCode::kFailed, "reading " + printable(path.native()) + ": " + how,
              "something writes to it: try again when it is done");
}

struct stat status_of(const UniqueFd& file, const std::filesystem::path& path) {
  struct stat status {};
  if (::fstat(file.get(), &status) != 0) throw errno_error("reading " + printable(path.native()));
  return status;
}

void refuse_vast_holes(const struct stat& status, const std::filesystem::path& path) {
  constexpr off_t kMostHoles = off_t{64} << 30;
  constexpr off_t kStatBlock = 512;
  const off_t stored = status.st_blocks * kStatBlock;
  if (!S_ISREG(status.st_mode) || status.st_size - stored <= kMostHoles) return;
  throw Error(ErrorCode::kFailed,
              "reading " + printable(path.native()) + ": it is a sparse file of " +
                  std::to_string(status.st_size) + " bytes, of which the disk holds " +
                  std::to_string(stored),
              "a layer would hold its holes as zeros: leave it out with .dockerignore");
}

}  // namespace

void refuse_vast_holes(const UniqueFd& file, const std::filesystem::path& path) {
  refuse_vast_holes(status_of(file, path), path);
}

HostFile::HostFile(std::filesystem::path path, std::uint64_t size)
    : path_(std::move(path)), size_(size), fd_(open_in_pieces(path_.native())) {
  if (!fd_) {
    if (errno == ELOOP || errno == ENXIO) refuse(path_, "it is not a regular file");
    throw errno_error("opening " + printable(path_.native()));
  }
  const struct stat status = status_of(fd_, path_);
  if (!S_ISREG(status.st_mode)) refuse(path_, "it is not a regular file");
  if (static_cast<std::uint64_t>(status.st_size) != size_) {
    refuse_changed(path_, "it had " + std::to_string(size_) + " bytes when it was listed and has " +
                              std::to_string(status.st_size) + " now");
  }
  refuse_vast_holes(status, path_);
}

/// The last bytes are asked for with one more, which must not be there: so the check costs nothing.
void HostFile::read(std::uint64_t offset, MutableBytes buffer) const {
  const bool to_end = offset + buffer.size() == size_;
  std::byte beyond{};
  while (!buffer.empty()) {
    const std::array<iovec, 2> places{{{buffer.data(), buffer.size()}, {&beyond, 1}}};
    const ssize_t got =
        ::preadv(fd_.get(), places.data(), to_end ? 2 : 1, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) throw errno_error("reading " + printable(path_.native()));
    if (got == 0) refuse_changed(path_, "it became shorter while it was read");
    const auto count = static_cast<std::size_t>(got);
    if (count > buffer.size()) refuse_changed(path_, "it became longer while it was read");
    offset += count;
    buffer = buffer.subspan(count);
  }
}

}  // namespace bale::oci
