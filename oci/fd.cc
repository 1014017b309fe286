// SPDX-License-Identifier: Apache-2.0
#include "oci/fd.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::oci {

void UniqueFd::reset() noexcept {
  if (fd_ >= 0) ::close(std::exchange(fd_, -1));
}

UniqueFd open_file(const std::filesystem::path& path, int flags, unsigned mode) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC, mode);
  if (fd < 0) throw errno_error("opening " + path.string());
  return UniqueFd(fd);
}

std::uint64_t file_size(const UniqueFd& fd) {
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw errno_error("asking for the size of a file");
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t FileSource::read(MutableBytes buffer) {
  if (ended_) return 0;
  ssize_t got = 0;
  do {
    got = ::read(fd_.get(), buffer.data(), buffer.size());
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw errno_error("reading a file");
  const auto count = static_cast<std::size_t>(got);
  ended_ = short_read_ == ShortRead::kEnd && count < buffer.size();
  return count;
}

std::size_t FileRangeSource::read(MutableBytes buffer) {
  const auto wanted = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), rest_));
  ssize_t got = 0;
  do {
    got = ::pread(fd_->get(), buffer.data(), wanted, static_cast<off_t>(offset_));
  } while (got < 0 && errno == EINTR);
  if (got < 0) throw errno_error("reading a file");
  offset_ += static_cast<std::uint64_t>(got);
  rest_ -= static_cast<std::uint64_t>(got);
  return static_cast<std::size_t>(got);
}

void FileSink::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
    if (put < 0) {
      if (errno == EINTR) continue;
      throw errno_error("writing a file");
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

namespace {

std::string read_whole(UniqueFd fd, const std::filesystem::path& path, std::size_t limit) {
  FileSource source(std::move(fd));
  try {
    return read_all(source, limit);
  } catch (const Error& error) {
    throw error.in("reading " + path.string());
  }
}

}  // namespace

std::string read_file(const std::filesystem::path& path, std::size_t limit) {
  return read_whole(open_file(path, O_RDONLY), path, limit);
}

std::string read_regular_file(const std::filesystem::path& path, std::size_t limit) {
  UniqueFd fd = open_file(path, O_RDONLY | O_NONBLOCK);  // a pipe is opened without waiting
  struct stat status {};
  if (::fstat(fd.get(), &status) != 0) throw errno_error("reading " + path.string());
  if (!S_ISREG(status.st_mode)) {
    throw Error(ErrorCode::kCorrupt, "reading " + path.string() + ": not a regular file");
  }
  return read_whole(std::move(fd), path, limit);
}

}  // namespace bale::oci
