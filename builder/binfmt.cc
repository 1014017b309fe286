// SPDX-License-Identifier: Apache-2.0
#include "builder/binfmt.h"

#include <charconv>
#include <system_error>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace {

std::optional<std::string> bytes_of_hex(std::string_view hex) {
  std::string result;
  if (hex.size() % 2 != 0) return std::nullopt;
  for (std::size_t i = 0; i < hex.size(); i += 2) {
    unsigned value = 0;
    const auto* end = hex.data() + i + 2;
    if (std::from_chars(hex.data() + i, end, value, 16).ptr != end) return std::nullopt;
    result += static_cast<char>(value);
  }
  return result;
}

/// Takes what follows `key` on a line of its own into `entry`.
void read_line(std::string_view line, BinfmtEntry& entry) {
  const auto space = line.find(' ');
  const std::string_view key = line.substr(0, space);
  const std::string_view value =
      space == std::string_view::npos ? std::string_view() : line.substr(space + 1);
  if (key == "enabled") entry.enabled = true;
  if (key == "interpreter") entry.interpreter = value;
  if (key == "flags:") entry.flags = value;
  if (key == "offset") std::from_chars(value.data(), value.data() + value.size(), entry.offset);
  if (key == "magic") entry.magic = bytes_of_hex(value).value_or("");
  if (key == "mask") entry.mask = bytes_of_hex(value).value_or("");
}

}  // namespace

bool BinfmtEntry::matches(std::string_view file_start) const {
  if (file_start.size() < offset + magic.size()) return false;
  for (std::size_t i = 0; i < magic.size(); ++i) {
    const auto bits = mask.empty() ? '\xff' : mask[i];
    if (((file_start[offset + i] ^ magic[i]) & bits) != 0) return false;
  }
  return true;
}

std::optional<BinfmtEntry> parse_binfmt_entry(std::string_view text) {
  BinfmtEntry entry;
  while (!text.empty()) {
    const auto end = std::min(text.find('\n'), text.size());
    read_line(text.substr(0, end), entry);
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  const bool usable = !entry.magic.empty() && !entry.interpreter.empty() &&
                      (entry.mask.empty() || entry.mask.size() == entry.magic.size());
  return usable ? std::optional(entry) : std::nullopt;
}

std::vector<BinfmtEntry> read_binfmt_entries(const std::filesystem::path& folder) {
  constexpr std::size_t kMaxEntrySize = std::size_t{64} * 1024;  // the kernel's is a page
  std::vector<BinfmtEntry> entries;
  std::error_code absent;
  for (const auto& file : std::filesystem::directory_iterator(folder, absent)) {
    const auto name = file.path().filename();
    if (name == "register" || name == "status") continue;
    try {
      auto entry = parse_binfmt_entry(oci::read_file(file.path(), kMaxEntrySize));
      if (entry) entries.push_back(*std::move(entry));
    } catch (const oci::Error&) {
      continue;  // removed since the folder was listed, or not for this user
    }
  }
  return entries;
}

}  // namespace bale::builder
