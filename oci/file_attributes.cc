// SPDX-License-Identifier: Apache-2.0
#include "oci/file_attributes.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdint>
#include <limits>
#include <string>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

[[noreturn]] void fail(const char* what, const TarEntry& entry) {
  throw errno_error(std::string("setting the ") + what + " of " + in_quotes(entry.path));
}

/// -1 means "leave as it is" to chown: an id that would become it is refused with those too large.
std::uint32_t checked_id(std::uint64_t id, const TarEntry& entry) {
  if (id < std::numeric_limits<std::uint32_t>::max()) return static_cast<std::uint32_t>(id);
  throw Error(ErrorCode::kCorrupt, in_quotes(entry.path) + " has the owner id " +
                                       std::to_string(id) + ", which does not exist");
}

/// Access time as modification time: the same tree from the same layer.
std::array<timespec, 2> times_of(const TarEntry& entry) {
  const timespec time{entry.mtime.seconds, static_cast<long>(entry.mtime.nanoseconds)};
  return {time, time};
}

/// Filesystems without xattrs, and callers without privileges, do without.
bool is_forgiven(int error, Ownership ownership) {
  return error == ENOTSUP || (error == EPERM && ownership == Ownership::kCaller);
}

template <typename Set>
void set_xattrs(const TarEntry& entry, Ownership ownership, Set set) {
  for (const auto& [name, value] : entry.xattrs) {
    if (!is_kept_xattr(name) || set(name.c_str(), value) == 0) continue;
    if (!is_forgiven(errno, ownership)) fail("extended attributes", entry);
  }
}

std::string proc_path(int fd) { return "/proc/self/fd/" + std::to_string(fd); }

/// fchmodat follows links, whatever its flags: a handle on the node itself does not.
void set_mode_at(const Place& place, const TarEntry& entry) {
  const UniqueFd node(::openat(place.folder, place.name.c_str(), O_PATH | O_NOFOLLOW | O_CLOEXEC));
  if (!node || ::chmod(proc_path(node.get()).c_str(), entry.mode & 07777U) != 0) {
    fail("mode", entry);
  }
}

}  // namespace

void set_attributes(int fd, const TarEntry& entry, Ownership ownership) {
  if (ownership == Ownership::kKeep &&
      ::fchown(fd, checked_id(entry.uid, entry), checked_id(entry.gid, entry)) != 0) {
    fail("owner", entry);
  }
  // After the owner, whose change drops setuid and capabilities.
  if (::fchmod(fd, entry.mode & 07777U) != 0) fail("mode", entry);
  set_xattrs(entry, ownership, [fd](const char* name, const std::string& value) {
    return ::fsetxattr(fd, name, value.data(), value.size(), 0);
  });
  if (::futimens(fd, times_of(entry).data()) != 0) fail("time", entry);
}

void set_attributes_at(const Place& place, const TarEntry& entry, Ownership ownership) {
  const char* name = place.name.c_str();
  if (ownership == Ownership::kKeep &&
      ::fchownat(place.folder, name, checked_id(entry.uid, entry), checked_id(entry.gid, entry),
                 AT_SYMLINK_NOFOLLOW) != 0) {
    fail("owner", entry);
  }
  if (entry.type != FileType::kSymlink) set_mode_at(place, entry);
  const std::string path = proc_path(place.folder) + '/' + place.name;
  set_xattrs(entry, ownership, [&path](const char* xattr, const std::string& value) {
    return ::lsetxattr(path.c_str(), xattr, value.data(), value.size(), 0);
  });
  if (::utimensat(place.folder, name, times_of(entry).data(), AT_SYMLINK_NOFOLLOW) != 0) {
    fail("time", entry);
  }
}

bool is_kept_xattr(std::string_view name) {
  constexpr std::array<std::string_view, 2> kDropped = {"trusted.overlay.", "user.overlay."};
  constexpr std::array<std::string_view, 5> kKept = {"user.", "trusted.", "security.capability",
                                                     "system.posix_acl_access",
                                                     "system.posix_acl_default"};
  const auto matches = [name](std::string_view prefix) { return starts_with(name, prefix); };
  return std::none_of(kDropped.begin(), kDropped.end(), matches) &&
         std::any_of(kKept.begin(), kKept.end(), matches);
}

}  // namespace bale::oci
