// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

// Paths inside a tree are written as in oci::TarEntry: relative to its root, which is "", with no
// slash at either end and no empty, "." or ".." component.

/// The path that a user wrote, in that form; ".." stops at the root.
std::string clean_path(std::string_view written);

/// The components of a path; none for "".
std::vector<std::string_view> path_components(std::string_view path);

/// The folder that holds the path; "" for what stands in the root, and for the root itself.
std::string_view parent_path(std::string_view path);

/// The last component.
std::string_view base_name(std::string_view path);

/// `child` below `parent`; either may be "".
std::string join_path(std::string_view parent, std::string_view child);

/// `path` as seen from `folder`, within which it is; "" for the folder itself.
std::string_view path_below(std::string_view path, std::string_view folder);

/// Whether `path` is `folder` or lies below it.
bool is_within(std::string_view path, std::string_view folder);

/// Orders paths so that each is followed at once by all that lies below it: parents come first,
/// and a folder's content is one run.
struct TreeOrder {
  using is_transparent = void;
  bool operator()(std::string_view left, std::string_view right) const noexcept;
};

}  // namespace bale::builder
