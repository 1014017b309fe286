// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <string>

#include "builder/file_tree.h"

namespace bale::builder {

/// Who owns a file.
struct Owner {
  std::uint32_t uid = 0;
  std::uint32_t gid = 0;

  friend bool operator==(const Owner&, const Owner&) = default;
};

/// The owner that `USER[:GROUP]` names, as --chown and USER have it: names are looked up in
/// /etc/passwd and /etc/group of the tree, links followed inside it; root is 0 without them too. A
/// user's name without a group stands for its primary group too, a number for the group of the same
/// number, `:GROUP` for user 0; "" is 0:0. Throws kInvalid for a name that the tree does not know
/// and for a number that is no id.
Owner find_owner(const FileTree& tree, const std::string& user_and_group);

}  // namespace bale::builder
