// SPDX-License-Identifier: Apache-2.0
#include "oci/new_file.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

/// As many as the kernel follows.
constexpr int kMaxLinks = 40;

/// What open(2) would give a new file; umask can only be asked by setting it.
mode_t default_mode() {
  const mode_t mask = ::umask(022);
  ::umask(mask);
  return 0666 & ~mask;
}

std::optional<int> parse_number(const std::string& text) {
  int number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// Whether a folder is /proc/PID/fd of this process, under any of its names: /dev/fd,
/// /proc/self/fd, /proc/thread-self/fd.
bool holds_descriptors(const fs::path& folder) {
  std::error_code ignored;
  const fs::path real = fs::canonical(folder, ignored);
  const std::string own = "/proc/" + std::to_string(::getpid()) + "/";
  return real.filename() == "fd" && real.string().starts_with(own);
}

fs::path folder_of(const fs::path& path) {
  return path.has_parent_path() ? path.parent_path() : fs::path(".");
}

/// Where links lead that only the kernel can follow: another process's descriptors, among them.
bool is_in_proc(const fs::path& path) {
  std::error_code ignored;
  return fs::canonical(folder_of(path), ignored).string().starts_with("/proc/");
}

fs::path target_of(const fs::path& link) {
  std::error_code error;
  const fs::path target = fs::read_symlink(link, error);
  if (error) throw Error(ErrorCode::kFailed, "following " + link.string() + ": " + error.message());
  return folder_of(link) / target;
}

/// Where a name leads: to one of our descriptors, or to a path that is no link but in /proc.
struct Place {
  fs::path path;
  std::optional<int> descriptor = std::nullopt;
  std::optional<mode_t> type = std::nullopt;  ///< nothing is there yet
};

Place find_place(fs::path path) {
  for (int links = 0; links < kMaxLinks; ++links) {
    if (const auto number = parse_number(path.filename().string());
        number && holds_descriptors(folder_of(path))) {
      return {path, number};
    }
    struct stat status {};
    if (::lstat(path.c_str(), &status) != 0) {
      if (errno == ENOENT) return {path};
      throw errno_error("opening " + path.string());
    }
    if (!S_ISLNK(status.st_mode) || is_in_proc(path)) {
      return {path, std::nullopt, status.st_mode & S_IFMT};
    }
    path = target_of(path);
  }
  errno = ELOOP;
  throw errno_error("opening " + path.string());
}

/// A duplicate, not the file opened once more: what is there already, by `>>` or by others who
/// write to the same descriptor, is written behind.
UniqueFd duplicate(int descriptor, const fs::path& path) {
  UniqueFd fd(::fcntl(descriptor, F_DUPFD_CLOEXEC, 0));
  if (!fd) throw errno_error("opening " + path.string());
  return fd;
}

/// By what a file without a name gets one: linking the descriptor itself takes a capability.
std::string link_to(const UniqueFd& fd) { return "/proc/self/fd/" + std::to_string(fd.get()); }

/// A file that ends with its descriptor unless it is given a name: what kills the program leaves
/// nothing of it. Nothing where there is no such file (NFS, most of FUSE, overlays before Linux
/// 6.1), or no name to be had for it, in a root without /proc.
UniqueFd try_unnamed_file(const fs::path& folder) {
  UniqueFd fd(::open(folder.c_str(), O_WRONLY | O_TMPFILE | O_CLOEXEC, 0600));
  if (fd && ::access(link_to(fd).c_str(), F_OK) != 0) fd.reset();
  return fd;
}

/// False where something has the name.
bool give_name(const UniqueFd& fd, const fs::path& name) {
  const std::string link = link_to(fd);
  if (::linkat(AT_FDCWD, link.c_str(), AT_FDCWD, name.c_str(), AT_SYMLINK_FOLLOW) == 0) return true;
  if (errno == EEXIST) return false;
  throw errno_error("naming " + name.string());
}

/// For a moment, since a link replaces nothing, and a rename does.
fs::path give_temporary_name(const UniqueFd& fd, const fs::path& path) {
  const std::string start = path.string() + "." + std::to_string(::getpid()) + "-";
  for (unsigned i = 0;; ++i) {
    fs::path name = start + std::to_string(i);
    if (give_name(fd, name)) return name;
  }
}

/// What is no regular file. A pipe with a name is open once it has a reader, which can only be
/// tried.
UniqueFd open_special(const fs::path& path, const std::stop_token& stop) {
  const StoppableWait wait(stop);
  for (;;) {
    UniqueFd fd(::open(path.c_str(), O_WRONLY | O_NOCTTY | O_NONBLOCK | O_CLOEXEC));
    if (fd) return fd;
    if (errno != ENXIO || !fs::is_fifo(path)) throw errno_error("opening " + path.string());
    wait.pause();
  }
}

/// The mode that open(2) would leave: that of the file that is there, whose owner `fd` gets too as
/// far as we may; else the one of a new file.
mode_t mode_like(const fs::path& path, const UniqueFd& fd) {
  struct stat old {};
  if (::stat(path.c_str(), &old) != 0) return default_mode();
  if (::fchown(fd.get(), old.st_uid, old.st_gid) == 0) return old.st_mode & 0777;
  // The group is another one now, and may do no more than everybody.
  return (old.st_mode & 0707) | ((old.st_mode & 07) << 3);
}

}  // namespace

NewFile::NewFile(const fs::path& path, std::optional<unsigned> mode, const std::stop_token& stop) {
  const Place place = find_place(path);
  path_ = place.path;
  if (place.descriptor) {
    fd_ = duplicate(*place.descriptor, path);
    wait_unless_regular(stop);
    return;
  }
  if (place.type == S_IFDIR) {
    throw Error(ErrorCode::kFailed, "writing " + path.string() + ": it is a folder",
                "name a file in it");
  }
  if ((place.type && place.type != S_IFREG) || is_in_proc(path_)) {
    fd_ = open_special(path_, stop);
    wait_unless_regular(stop);
    return;
  }
  create();
  // The owner alone has it by now; a file system without modes may leave it at that.
  static_cast<void>(::fchmod(fd_.get(), mode ? *mode : mode_like(path_, fd_)));
}

NewFile::NewFile(int descriptor, fs::path name, const std::stop_token& stop)
    : path_(std::move(name)), fd_(duplicate(descriptor, path_)) {
  wait_unless_regular(stop);
}

void NewFile::create() {
  fd_ = try_unnamed_file(folder_of(path_));
  unnamed_ = static_cast<bool>(fd_);
  if (unnamed_) return;
  std::string name = path_.string() + ".XXXXXX";
  fd_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd_) throw errno_error("creating a file beside " + path_.string());
  temporary_ = std::move(name);
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

bool NewFile::is_terminal() const { return ::isatty(fd_.get()) == 1; }

void NewFile::wait_unless_regular(const std::stop_token& stop) {
  struct stat status {};
  const bool regular = ::fstat(fd_.get(), &status) == 0 && S_ISREG(status.st_mode);
  if (!regular) wait_.emplace(stop);
}

void NewFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    const std::size_t most = wait_ ? wait_->until_writable(fd_.get()) : bytes.size();
    const ssize_t put = ::write(fd_.get(), bytes.data(), std::min(bytes.size(), most));
    if (put < 0 && (errno == EINTR || errno == EAGAIN)) continue;
    if (put < 0) throw errno_error("writing " + path_.string());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void NewFile::finish(Durability durability) {
  if (!unnamed_ && temporary_.empty()) return;
  if (durability == Durability::kSynced && ::fsync(fd_.get()) != 0) {
    throw errno_error("syncing " + path_.string());
  }
  if (std::exchange(unnamed_, false)) {
    if (give_name(fd_, path_)) return;
    temporary_ = give_temporary_name(fd_, path_);
  }
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw errno_error("renaming to " + path_.string());
  }
  temporary_.clear();
}

void write_file_atomically(const fs::path& path, std::string_view content, unsigned mode) {
  NewFile file(path, mode);
  file.write(as_bytes(content));
  file.finish(Durability::kSynced);
}

}  // namespace bale::oci
