// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>

#include "oci/shared_library.h"

namespace bale::oci {

/// What of libarchive is used, under its own names without `archive_`. Loaded when the first
/// archive is opened: it brings libraries for XML and for many compressions.
struct ArchiveLibrary {
  SharedLibrary library{"libarchive.so.13", "libarchive13"};

  decltype(&archive_read_new) read_new = library["archive_read_new"];
  decltype(&archive_read_free) read_free = library["archive_read_free"];
  decltype(&archive_read_open) read_open = library["archive_read_open"];
  decltype(&archive_read_open_fd) read_open_fd = library["archive_read_open_fd"];
  decltype(&archive_read_next_header) read_next_header = library["archive_read_next_header"];
  decltype(&archive_read_data_block) read_data_block = library["archive_read_data_block"];
  decltype(&archive_read_support_filter_gzip) support_gzip =
      library["archive_read_support_filter_gzip"];
  decltype(&archive_read_support_filter_bzip2) support_bzip2 =
      library["archive_read_support_filter_bzip2"];
  decltype(&archive_read_support_filter_xz) support_xz = library["archive_read_support_filter_xz"];
  decltype(&archive_read_support_filter_zstd) support_zstd =
      library["archive_read_support_filter_zstd"];
  decltype(&archive_read_support_format_tar) support_tar =
      library["archive_read_support_format_tar"];
  decltype(&archive_read_support_format_raw) support_raw =
      library["archive_read_support_format_raw"];
  decltype(&archive_read_support_format_empty) support_empty =
      library["archive_read_support_format_empty"];
  decltype(&archive_filter_bytes) filter_bytes = library["archive_filter_bytes"];
  decltype(&archive_set_error) set_error = library["archive_set_error"];
  decltype(&archive_error_string) error_string = library["archive_error_string"];
  decltype(&archive_entry_pathname) entry_pathname = library["archive_entry_pathname"];
  decltype(&archive_entry_filetype) entry_filetype = library["archive_entry_filetype"];
  decltype(&archive_entry_size) entry_size = library["archive_entry_size"];
  decltype(&archive_entry_symlink) entry_symlink = library["archive_entry_symlink"];
  decltype(&archive_entry_hardlink) entry_hardlink = library["archive_entry_hardlink"];
};

/// Throws kFailed where libarchive is not installed. Thread-safe.
const ArchiveLibrary& libarchive();

}  // namespace bale::oci
