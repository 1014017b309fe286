// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "oci/io.h"

namespace bale::oci {

/// An open file descriptor, closed with its owner.
class UniqueFd {
 public:
  UniqueFd() = default;
  explicit UniqueFd(int fd) : fd_(fd) {}
  ~UniqueFd() { reset(); }
  UniqueFd(UniqueFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  UniqueFd& operator=(UniqueFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }

  int get() const { return fd_; }
  explicit operator bool() const { return fd_ >= 0; }
  void reset() noexcept;

 private:
  int fd_ = -1;
};

/// Opens with O_CLOEXEC; throws the errno error with "opening PATH".
UniqueFd open_file(const std::filesystem::path& path, int flags, unsigned mode = 0);

/// Of a regular file. Throws as errno says.
std::uint64_t file_size(const UniqueFd& fd);

/// What it means when fewer bytes were read than there was room for.
enum class ShortRead {
  kMoreMayCome,  ///< as from a pipe
  kEnd,          ///< of a regular file: one call less for each small document
};

/// Reads a file from where its descriptor stands. Throws kFailed where it cannot be read.
class FileSource final : public Source {
 public:
  explicit FileSource(UniqueFd fd, ShortRead short_read = ShortRead::kMoreMayCome)
      : fd_(std::move(fd)), short_read_(short_read) {}
  std::size_t read(MutableBytes buffer) override;

 private:
  UniqueFd fd_;
  ShortRead short_read_;
  bool ended_ = false;
};

/// Reads a part of a file that stays open as long as anybody reads it.
class FileRangeSource final : public Source {
 public:
  FileRangeSource(std::shared_ptr<const UniqueFd> fd, std::uint64_t offset, std::uint64_t size)
      : fd_(std::move(fd)), offset_(offset), rest_(size) {}
  std::size_t read(MutableBytes buffer) override;

 private:
  std::shared_ptr<const UniqueFd> fd_;  // shared between all readers of one file
  std::uint64_t offset_;
  std::uint64_t rest_;
};

/// Appends to an open file.
class FileSink final : public Sink {
 public:
  explicit FileSink(UniqueFd fd) : fd_(std::move(fd)) {}
  void write(Bytes bytes) override;
  int fd() const { return fd_.get(); }

 private:
  UniqueFd fd_;
};

/// The whole content of a file; throws kCorrupt past `limit`.
std::string read_file(const std::filesystem::path& path, std::size_t limit);

/// The same of a file in a folder that anybody may have made: kCorrupt where it is a pipe or a
/// device, which could make the reader wait for ever.
std::string read_regular_file(const std::filesystem::path& path, std::size_t limit);

}  // namespace bale::oci
