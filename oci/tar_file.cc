// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_file.h"

#include <array>
#include <map>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <unistd.h>

#include "oci/archive_library.h"
#include "oci/decompressor.h"
#include "oci/error.h"
#include "oci/spool.h"
#include "oci/unpack_limits.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxMembers = 100'000;
constexpr int kMaxLinks = 10;

struct Member {
  std::uint64_t offset = 0;
  std::uint64_t size = 0;
  std::string link;  ///< where the name leads to, as a name in the archive; "" for content
};

/// `a/./b/../c` -> `a/c`. Nothing for a name that leaves the archive or is absolute elsewhere.
std::optional<std::string> plain_name(std::string_view name) {
  const fs::path path = fs::path(name).lexically_normal().relative_path();
  std::string text = path.string();
  if (text == ".." || text.starts_with("../")) return std::nullopt;
  return text;
}

struct CloseArchive {
  void operator()(archive* handle) const { libarchive().read_free(handle); }
};
using ArchiveHandle = std::unique_ptr<archive, CloseArchive>;

ArchiveHandle open_archive(int fd, const fs::path& path) {
  ArchiveHandle handle(libarchive().read_new());
  libarchive().support_tar(handle.get());
  if (libarchive().read_open_fd(handle.get(), fd, kChunkSize) != ARCHIVE_OK) {
    throw Error(ErrorCode::kCorrupt,
                path.string() + " is no tar file: " + libarchive().error_string(handle.get()));
  }
  return handle;
}

std::string text_or_empty(const char* text) { return text == nullptr ? "" : text; }

std::optional<Member> read_header(archive* handle, archive_entry* entry, const std::string& name) {
  Member member;
  if (const std::string target = text_or_empty(libarchive().entry_hardlink(entry));
      !target.empty()) {
    member.link = target;
    return member;
  }
  if (libarchive().entry_filetype(entry) == AE_IFLNK) {
    const std::string target = text_or_empty(libarchive().entry_symlink(entry));
    const fs::path from = fs::path(name).parent_path();
    const auto leads_to = plain_name((from / target).string());
    if (target.empty() || !leads_to) return std::nullopt;
    member.link = *leads_to;
    return member;
  }
  if (libarchive().entry_filetype(entry) != AE_IFREG || libarchive().entry_size(entry) < 0) {
    return std::nullopt;
  }
  member.offset = static_cast<std::uint64_t>(libarchive().filter_bytes(handle, 0));
  member.size = static_cast<std::uint64_t>(libarchive().entry_size(entry));
  return member;
}

std::map<std::string, Member, std::less<>> list_members(int fd, const fs::path& path) {
  const ArchiveHandle handle = open_archive(fd, path);
  std::map<std::string, Member, std::less<>> members;
  archive_entry* entry = nullptr;
  for (std::size_t count = 0;; ++count) {
    const int status = libarchive().read_next_header(handle.get(), &entry);
    if (status == ARCHIVE_EOF) return members;
    if (status < ARCHIVE_WARN) {
      throw Error(ErrorCode::kCorrupt, path.string() + " is no sound tar file: " +
                                           text_or_empty(libarchive().error_string(handle.get())));
    }
    if (count >= kMaxMembers) {
      throw Error(ErrorCode::kCorrupt,
                  path.string() + " has more than " + std::to_string(kMaxMembers) + " members");
    }
    const auto name = plain_name(text_or_empty(libarchive().entry_pathname(entry)));
    if (!name) continue;
    // As when unpacking, the last member of a name is the one that counts.
    if (auto member = read_header(handle.get(), entry, *name)) members[*name] = *member;
  }
}

}  // namespace

struct TarFile::State {
  fs::path path;
  std::shared_ptr<const UniqueFd> fd;  // shared with the sources that read members
  std::map<std::string, Member, std::less<>> members;

  const Member* find(std::string_view name) const;
};

const Member* TarFile::State::find(std::string_view name) const {
  auto wanted = plain_name(name);
  for (int i = 0; wanted && i <= kMaxLinks; ++i) {
    const auto found = members.find(*wanted);
    if (found == members.end()) return nullptr;
    if (found->second.link.empty()) return &found->second;
    wanted = plain_name(found->second.link);
  }
  return nullptr;
}

TarFile::TarFile(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarFile::TarFile(TarFile&&) noexcept = default;
TarFile::~TarFile() = default;

namespace {

/// The file itself where it is plain, else a spooled copy of its content.
UniqueFd unpacked(UniqueFd fd) {
  std::array<std::byte, 4> head{};
  const ssize_t got = ::pread(fd.get(), head.data(), head.size(), 0);
  const bool plain =
      got <= 0 ||
      sniff_compression(Bytes(head).first(static_cast<std::size_t>(got))) == Compression::kNone;
  if (plain) return fd;
  const std::uint64_t limit = UnpackLimits().for_blob(file_size(fd));
  Decompressor content(std::make_unique<FileSource>(std::move(fd)));
  return spool(content, limit).fd;
}

}  // namespace

TarFile TarFile::open(const fs::path& path, const std::stop_token& stop) {
  // Not waiting here for a pipe's other side: that can be stopped where it is read.
  return read(open_file(path, O_RDONLY | O_NONBLOCK), path, stop);
}

TarFile TarFile::read(UniqueFd fd, const fs::path& name, const std::stop_token& stop) {
  auto state = std::make_unique<State>();
  state->path = name;
  try {
    state->fd = std::make_shared<const UniqueFd>(unpacked(seekable(std::move(fd), stop)));
  } catch (const Error& error) {
    throw error.in("reading " + name.string());
  }
  state->members = list_members(state->fd->get(), name);
  return TarFile(std::move(state));
}

const fs::path& TarFile::path() const { return state_->path; }

std::optional<std::uint64_t> TarFile::size(std::string_view name) const {
  const Member* member = state_->find(name);
  if (member == nullptr) return std::nullopt;
  return member->size;
}

std::unique_ptr<Source> TarFile::open_member(std::string_view name) const {
  const Member* member = state_->find(name);
  if (member == nullptr) {
    throw Error(ErrorCode::kNotFound,
                "no file " + std::string(name) + " in " + state_->path.string());
  }
  return std::make_unique<FileRangeSource>(state_->fd, member->offset, member->size);
}

std::string TarFile::read_member(std::string_view name, std::size_t limit) const {
  try {
    return read_all(*open_member(name), limit);
  } catch (const Error& error) {
    throw error.in("reading " + std::string(name) + " of " + state_->path.string());
  }
}

}  // namespace bale::oci
