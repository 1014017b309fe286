// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "oci/io.h"

namespace bale::builder {

/// Unpacks a tar archive, packed with gzip, bzip2, xz, zstd or not at all, into an existing folder;
/// no file can come to stand outside of it. Everything belongs to the caller. Throws kCorrupt for
/// what is no archive.
void unpack_archive(oci::Source& packed, const std::filesystem::path& folder);

/// Whether what begins so is an archive that `unpack_archive` takes: 512 bytes tell, or all that
/// there is.
bool is_archive(oci::Bytes start);

}  // namespace bale::builder
