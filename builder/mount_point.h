// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

/// The mount points of a mountinfo file (proc(5)) that lie below `folder`, the latest first.
std::vector<std::filesystem::path> mount_points_below(std::string_view mountinfo,
                                                      const std::filesystem::path& folder);

/// Unmounts whatever is mounted on `target`, now or, where something still uses it, as soon as
/// nothing does.
void unmount(const std::filesystem::path& target) noexcept;

/// Unmounts everything that is mounted below a folder. Never throws; what fails stays.
void unmount_below(const std::filesystem::path& folder) noexcept;

}  // namespace bale::builder
