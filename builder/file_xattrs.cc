// SPDX-License-Identifier: Apache-2.0
#include "builder/file_xattrs.h"

#include <cerrno>
#include <string_view>

#include <sys/xattr.h>

#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr std::size_t kMaxXattr = std::size_t{64} * 1024;  // the kernel's own limit for both calls

bool has_no_xattrs(int error) { return error == ENOTSUP || error == ENOENT || error == ENODATA; }

bool is_kept(std::string_view name) {
  return name.starts_with("user.") || name == "security.capability";
}

std::string value_of(const std::string& path, const char* name) {
  std::string value(kMaxXattr, '\0');
  const ssize_t size = ::lgetxattr(path.c_str(), name, value.data(), value.size());
  if (size < 0) throw oci::errno_error(std::string("reading the attribute ") + name);
  value.resize(static_cast<std::size_t>(size));
  return value;
}

}  // namespace

std::map<std::string, std::string> file_xattrs(int folder, const std::string& name) {
  // There is no llistxattrat(2) in the kernels that count; this path takes its place.
  const std::string path = "/proc/self/fd/" + std::to_string(folder) + "/" + name;
  const ssize_t needed = ::llistxattr(path.c_str(), nullptr, 0);
  if (needed < 0 && !has_no_xattrs(errno)) throw oci::errno_error("reading attributes of " + name);
  if (needed <= 0) return {};
  std::string names(kMaxXattr, '\0');
  const ssize_t size = ::llistxattr(path.c_str(), names.data(), names.size());
  if (size < 0) throw oci::errno_error("reading attributes of " + name);
  std::map<std::string, std::string> xattrs;
  for (const char* each = names.data(); each < names.data() + size;
       each += std::string_view(each).size() + 1)
    if (is_kept(each)) xattrs.emplace(each, value_of(path, each));
  return xattrs;
}

}  // namespace bale::builder
