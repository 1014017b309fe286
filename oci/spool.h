// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <limits>
#include <stop_token>

#include "oci/fd.h"

namespace bale::oci {

/// What a source gave, in a file without a name, which ends with its descriptor.
struct SpooledFile {
  UniqueFd fd;  ///< stands at the start
  std::uint64_t size = 0;
};

/// Where temporary files go that may be large: $TMPDIR, else /var/tmp.
std::filesystem::path spool_folder();

/// The file itself where any part of it can be read at any time, from its start; else what comes
/// out of it (a pipe, or a file that was read from already), written to a temporary file. Throws
/// kInterrupted once `stop` is asked for, however long the pipe says nothing.
UniqueFd seekable(UniqueFd fd, const std::stop_token& stop = {});

/// Writes all of `source` to a temporary file in the spool folder, for formats that need a
/// size before the bytes, or bytes out of order. Throws kCorrupt past `limit` bytes.
SpooledFile spool(Source& source, std::uint64_t limit = std::numeric_limits<std::uint64_t>::max());

}  // namespace bale::oci
