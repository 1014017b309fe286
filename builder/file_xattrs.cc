// SPDX-License-Identifier: Apache-2.0
#include "builder/file_xattrs.h"

#include <cerrno>
#include <string_view>

#include <fcntl.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace {

constexpr std::size_t kMaxXattr = std::size_t{64} * 1024;  // the kernel's own limit

/// There is no llistxattrat(2) in the kernels that count. This path takes its place where /proc is
/// mounted; elsewhere the file is opened.
class XattrFile {
 public:
  XattrFile(int folder, const std::string& name)
      : path_("/proc/self/fd/" + std::to_string(folder) + "/" + name) {
    static const bool has_proc = ::access("/proc/self/fd", F_OK) == 0;
    if (has_proc) return;
    fd_ = oci::UniqueFd(
        ::openat(folder, name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    if (!fd_) throw oci::errno_error("opening " + name);
  }

  ssize_t list(char* names, std::size_t size) const {
    return fd_ ? ::flistxattr(fd_.get(), names, size) : ::llistxattr(path_.c_str(), names, size);
  }
  ssize_t get(const char* name, char* value, std::size_t size) const {
    return fd_ ? ::fgetxattr(fd_.get(), name, value, size)
               : ::lgetxattr(path_.c_str(), name, value, size);
  }

 private:
  const std::string path_;
  oci::UniqueFd fd_;
};

bool is_kept(std::string_view name) {
  return name.starts_with("user.") || name == "security.capability";
}

/// A file that is gone, or a file system without attributes, has none.
bool has_none(int error) { return error == ENOTSUP || error == ENOENT; }

std::string value_of(const XattrFile& file, const char* name) {
  std::string value(kMaxXattr, '\0');
  const ssize_t size = file.get(name, value.data(), value.size());
  if (size < 0) throw oci::errno_error(std::string("reading the attribute ") + name);
  value.resize(static_cast<std::size_t>(size));
  return value;
}

}  // namespace

std::map<std::string, std::string> file_xattrs(int folder, const std::string& name) {
  const XattrFile file(folder, name);
  const ssize_t needed = file.list(nullptr, 0);
  if (needed < 0 && !has_none(errno)) throw oci::errno_error("reading attributes of " + name);
  if (needed <= 0) return {};
  std::string names(kMaxXattr, '\0');
  const ssize_t size = file.list(names.data(), names.size());
  if (size < 0) throw oci::errno_error("reading attributes of " + name);
  std::map<std::string, std::string> xattrs;
  for (const char* each = names.data(); each < names.data() + size;
       each += std::string_view(each).size() + 1) {
    if (is_kept(each)) xattrs.emplace(each, value_of(file, each));
  }
  return xattrs;
}

}  // namespace bale::builder
