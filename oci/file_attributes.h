// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string_view>

#include "oci/root_folder.h"
#include "oci/tar_entry.h"

namespace bale::oci {

enum class Ownership { kKeep, kCaller };

/// Sets owner, mode, xattrs and time of an open file or folder. Throws kCorrupt for ids that do not
/// exist, else the errno error.
void set_attributes(int fd, const TarEntry& entry, Ownership ownership);

/// The same for what cannot be opened, at its place and through no link: symlinks, devices, fifos.
void set_attributes_at(const Place& place, const TarEntry& entry, Ownership ownership);

/// Whether a layer may set this xattr: not what belongs to overlayfs or to the host's security
/// modules.
bool is_kept_xattr(std::string_view name);

}  // namespace bale::oci
