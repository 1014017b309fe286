// SPDX-License-Identifier: Apache-2.0
#include "builder/mount_point.h"

#include <algorithm>
#include <cerrno>

#include <sys/mount.h>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

/// The fifth of the fields that spaces separate.
std::string_view mount_point_field(std::string_view line) {
  for (int skipped = 0; skipped < 4; ++skipped) {
    line.remove_prefix(std::min(line.find(' ') + 1, line.size()));
  }
  return line.substr(0, line.find(' '));
}

bool is_octal(char digit) { return digit >= '0' && digit <= '7'; }

/// Spaces, tabs, line ends and backslashes stand as `\` and three octal digits.
std::string unescaped(std::string_view field) {
  std::string text;
  while (!field.empty()) {
    if (field.size() >= 4 && field[0] == '\\' && is_octal(field[1])) {
      text += static_cast<char>((field[1] - '0') * 64 + (field[2] - '0') * 8 + (field[3] - '0'));
      field.remove_prefix(4);
    } else {
      text += field.front();
      field.remove_prefix(1);
    }
  }
  return text;
}

}  // namespace

std::vector<fs::path> mount_points_below(std::string_view mountinfo, const fs::path& folder) {
  const std::string prefix = folder.string() + "/";
  std::vector<fs::path> points;
  while (!mountinfo.empty()) {
    const auto end = std::min(mountinfo.find('\n'), mountinfo.size());
    const std::string point = unescaped(mount_point_field(mountinfo.substr(0, end)));
    if (point.starts_with(prefix)) points.emplace_back(point);
    mountinfo.remove_prefix(std::min(end + 1, mountinfo.size()));
  }
  std::reverse(points.begin(), points.end());
  return points;
}

void unmount(const fs::path& target) noexcept {
  if (::umount2(target.c_str(), UMOUNT_NOFOLLOW) == 0 || errno != EBUSY) return;
  ::umount2(target.c_str(), UMOUNT_NOFOLLOW | MNT_DETACH);
}

void unmount_below(const fs::path& folder) noexcept {
  constexpr std::size_t kMaxMountinfo = std::size_t{64} * 1024 * 1024;
  try {
    // The kernel tells paths without links.
    const auto canonical = fs::canonical(folder);
    const auto mountinfo = oci::read_file("/proc/self/mountinfo", kMaxMountinfo);
    for (const auto& point : mount_points_below(mountinfo, canonical)) unmount(point);
  } catch (const std::exception&) {
    return;  // the caller cannot do more, and tries again with the next run
  }
}

}  // namespace bale::builder
