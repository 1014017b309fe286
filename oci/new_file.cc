// SPDX-License-Identifier: Apache-2.0
#include "oci/new_file.h"

#include <cerrno>
#include <cstdlib>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"

namespace bale::oci {

namespace {

bool is_special(const std::filesystem::path& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

/// What open(2) would give a new file; umask can only be asked by setting it.
mode_t default_mode() {
  const mode_t mask = ::umask(022);
  ::umask(mask);
  return 0666 & ~mask;
}

}  // namespace

NewFile::NewFile(std::filesystem::path path) : path_(std::move(path)) {
  if (is_special(path_)) {
    fd_ = open_file(path_, O_WRONLY);
    return;
  }
  std::string name = path_.string() + ".XXXXXX";
  fd_ = UniqueFd(::mkostemp(name.data(), O_CLOEXEC));
  if (!fd_) throw errno_error("creating " + path_.string());
  temporary_ = std::move(name);
  ::fchmod(fd_.get(), default_mode());
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw errno_error("writing " + path_.string());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void NewFile::finish() {
  if (temporary_.empty()) return;
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    throw errno_error("renaming to " + path_.string());
  }
  temporary_.clear();
}

}  // namespace bale::oci
