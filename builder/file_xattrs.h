// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <map>
#include <string>

namespace bale::builder {

/// The extended attributes of a file that an image keeps: `user.*` and `security.capability`, not
/// those that this machine's policies gave it. `folder` is an open directory, `name` a file in it;
/// a link is not followed. None where the file system has no attributes. Throws on other errors.
std::map<std::string, std::string> file_xattrs(int folder, const std::string& name);

}  // namespace bale::builder
