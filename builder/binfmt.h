// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace bale::builder {

inline constexpr const char* kBinfmtFolder = "/proc/sys/fs/binfmt_misc";

/// One interpreter that the kernel starts for foreign binaries (Linux,
/// Documentation/admin-guide/binfmt-misc.rst).
struct BinfmtEntry {
  bool enabled = false;
  std::string interpreter;
  std::string flags;  ///< with `F` the interpreter works in every root filesystem
  std::size_t offset = 0;
  std::string magic;  ///< bytes
  std::string mask;   ///< bytes, as many as `magic`; empty: all bits count

  bool matches(std::string_view file_start) const;
  bool works_in_any_root() const { return flags.find('F') != std::string::npos; }
};

/// Nothing where the text does not describe an entry by magic bytes.
std::optional<BinfmtEntry> parse_binfmt_entry(std::string_view text);

/// Every entry of the folder; none where binfmt_misc is not mounted.
std::vector<BinfmtEntry> read_binfmt_entries(const std::filesystem::path& folder);

}  // namespace bale::builder
