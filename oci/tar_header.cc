// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_header.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string_view>
#include <utility>

#include "oci/error.h"
#include "oci/printable.h"
#include "oci/ustar_header.h"
#include "oci/utf8.h"

namespace bale::oci {

namespace {

using Records = std::map<std::string, std::string>;

constexpr std::uint64_t kSevenDigits = 07777777;
constexpr std::uint64_t kElevenDigits = 077777777777;

char type_flag(FileType type) {
  switch (type) {
    case FileType::kRegular:
      return '0';
    case FileType::kHardLink:
      return '1';
    case FileType::kSymlink:
      return '2';
    case FileType::kCharDevice:
      return '3';
    case FileType::kBlockDevice:
      return '4';
    case FileType::kDirectory:
      return '5';
    case FileType::kFifo:
      return '6';
  }
  return '0';
}

template <std::size_t N>
void put_octal(char (&field)[N], std::uint64_t value) {
  field[N - 1] = '\0';
  for (std::size_t i = N - 1; i-- > 0; value >>= 3U)
    field[i] = static_cast<char>('0' + (value & 7));
}

template <std::size_t N>
void put_text(char (&field)[N], std::string_view text) {
  std::memcpy(field, text.data(), std::min(text.size(), N));
}

void put_checksum(UstarHeader& header) {
  auto sum = static_cast<unsigned long>(ustar_sums(header).plain);
  // Six digits, NUL, space: the one field that has a form of its own.
  for (std::size_t i = 6; i-- > 0; sum >>= 3U)
    header.checksum[i] = static_cast<char>('0' + (sum & 7));
  header.checksum[6] = '\0';
  header.checksum[7] = ' ';
}

UstarHeader blank_header(char type) {
  UstarHeader header{};
  header.type = type;
  put_text(header.magic, "ustar");
  put_text(header.version, "00");
  put_octal(header.major, 0);
  put_octal(header.minor, 0);
  return header;
}

void append_block(std::string& out, UstarHeader& header) {
  put_checksum(header);
  out.append(reinterpret_cast<const char*>(&header), sizeof header);
}

bool is_ascii(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return (c & 0x80) == 0; });
}

/// Where a path too long for `name` may be cut: the '/' goes, its two sides into prefix and name.
std::size_t prefix_length(std::string_view path) {
  if (path.size() > sizeof UstarHeader::prefix + 1 + sizeof UstarHeader::name) return 0;
  const std::size_t last = path.back() == '/' ? path.size() - 2 : path.size() - 1;
  const std::size_t cut = path.find('/', path.size() - 1 - sizeof UstarHeader::name);
  if (cut == std::string_view::npos || cut > last) return 0;
  return cut <= sizeof UstarHeader::prefix ? cut : 0;
}

/// One "LENGTH KEY=VALUE\n", whose length counts its own digits.
void append_record(std::string& out, std::string_view key, std::string_view value) {
  const std::size_t rest = key.size() + value.size() + 3;
  std::size_t length = rest + 1;
  while (length != rest + std::to_string(length).size()) {
    length = rest + std::to_string(length).size();
  }
  out += std::to_string(length);
  out += ' ';
  out += key;
  out += '=';
  out += value;
  out += '\n';
}

/// Seconds with the fraction that a pax record allows: "1.5", "-0.25".
std::string pax_time(const FileTime& time) {
  const bool negative = time.seconds < 0;
  const std::uint32_t nanoseconds =
      negative && time.nanoseconds > 0 ? 1000000000U - time.nanoseconds : time.nanoseconds;
  const std::int64_t seconds = negative && time.nanoseconds > 0 ? time.seconds + 1 : time.seconds;
  std::string text = negative && seconds == 0 ? "-0" : std::to_string(seconds);
  if (nanoseconds == 0) return text;
  const std::string digits = std::to_string(1000000000U + nanoseconds).substr(1);
  return text + '.' + digits.substr(0, digits.find_last_not_of('0') + 1);
}

[[noreturn]] void refuse(const TarEntry& entry, const std::string& why) {
  throw Error(ErrorCode::kInvalid, "a tar cannot hold " + in_quotes(entry.path) + ": " + why);
}

/// Fills one entry's ustar header and gathers what it cannot say.
class HeaderEncoder {
 public:
  explicit HeaderEncoder(const TarEntry& entry)
      : entry_(entry), header_(blank_header(type_flag(entry.type))) {}

  void append_to(std::string& out) {
    const std::string path = full_path();
    put_path(path);
    put_link();
    put_octal(header_.mode, entry_.mode & 07777U);
    put_number(header_.uid, entry_.uid, kSevenDigits, "uid");
    put_number(header_.gid, entry_.gid, kSevenDigits, "gid");
    put_number(header_.size, entry_.type == FileType::kRegular ? entry_.size : 0, kElevenDigits,
               "size");
    put_mtime();
    put_device();
    put_xattrs();
    if (!records_.empty()) append_pax_header(out, path);
    append_block(out, header_);
  }

 private:
  std::string full_path() const {
    if (entry_.path.find('\0') != std::string::npos) refuse(entry_, "its path has a NUL");
    if (entry_.path.empty()) return "./";
    return entry_.type == FileType::kDirectory ? entry_.path + '/' : entry_.path;
  }

  void put_path(std::string_view path) {
    if (fits(path)) {
      put_text(header_.name, path);
    } else if (const std::size_t cut = is_ascii(path) ? prefix_length(path) : 0; cut > 0) {
      put_text(header_.prefix, path.substr(0, cut));
      put_text(header_.name, path.substr(cut + 1));
    } else {
      put_text(header_.name, path);
      put_name_record("path", path);
    }
  }

  void put_link() {
    if (entry_.type != FileType::kSymlink && entry_.type != FileType::kHardLink) return;
    if (entry_.link_target.find('\0') != std::string::npos) refuse(entry_, "its link has a NUL");
    put_text(header_.link, entry_.link_target);
    if (!fits(entry_.link_target)) put_name_record("linkpath", entry_.link_target);
  }

  /// Invalid UTF-8 of a length that ustar takes stays there as it is: every reader takes it so,
  /// while a pax value has to be UTF-8.
  static bool fits(std::string_view text) {
    return text.size() <= sizeof UstarHeader::name && (is_ascii(text) || !is_utf8(text));
  }

  void put_name_record(const char* key, std::string_view value) {
    records_[key] = value;
    if (!is_utf8(value)) records_["hdrcharset"] = "BINARY";
  }

  template <std::size_t N>
  void put_number(char (&field)[N], std::uint64_t value, std::uint64_t most, const char* key) {
    put_octal(field, value <= most ? value : 0);
    if (value > most) records_[key] = std::to_string(value);
  }

  void put_mtime() {
    const FileTime& time = entry_.mtime;
    const bool whole =
        time.seconds >= 0 && static_cast<std::uint64_t>(time.seconds) <= kElevenDigits;
    put_octal(header_.mtime, whole ? static_cast<std::uint64_t>(time.seconds) : 0);
    if (!whole || time.nanoseconds != 0) records_["mtime"] = pax_time(time);
  }

  void put_device() {
    if (entry_.type != FileType::kCharDevice && entry_.type != FileType::kBlockDevice) return;
    if (entry_.device_major > kSevenDigits || entry_.device_minor > kSevenDigits) {
      refuse(entry_, "its device number is too large");
    }
    put_octal(header_.major, entry_.device_major);
    put_octal(header_.minor, entry_.device_minor);
  }

  void put_xattrs() {
    for (const auto& [name, value] : entry_.xattrs) {
      if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos) {
        refuse(entry_, "it has an extended attribute named " + in_quotes(name));
      }
      records_["SCHILY.xattr." + name] = value;
    }
  }

  void append_pax_header(std::string& out, std::string_view path) const {
    std::string body;
    for (const auto& [key, value] : records_) append_record(body, key, value);
    UstarHeader header = blank_header('x');
    put_text(header.name, pax_name(path));
    put_octal(header.mode, 0);
    put_octal(header.uid, 0);
    put_octal(header.gid, 0);
    put_octal(header.size, body.size());
    put_octal(header.mtime, 0);
    append_block(out, header);
    out += body;
    out.append(tar_padding(body.size()), '\0');
  }

  /// What a reader without pax would create: a file of this name beside the rest.
  static std::string pax_name(std::string_view path) {
    while (!path.empty() && path.back() == '/') path.remove_suffix(1);
    path = path.substr(path.rfind('/') + 1);
    std::string name = "PaxHeaders.0/";
    for (const char c : path.substr(0, sizeof UstarHeader::name - name.size())) {
      name += (c & 0x80) == 0 ? c : '_';
    }
    return name;
  }

  const TarEntry& entry_;
  UstarHeader header_;
  Records records_;
};

}  // namespace

void append_tar_header(std::string& out, const TarEntry& entry) {
  HeaderEncoder(entry).append_to(out);
}

}  // namespace bale::oci
