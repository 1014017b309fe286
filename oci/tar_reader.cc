// SPDX-License-Identifier: Apache-2.0
#include "oci/tar_reader.h"

#include <algorithm>
#include <cstring>
#include <limits>
#include <string_view>
#include <utility>

#include "oci/error.h"
#include "oci/pax_records.h"
#include "oci/printable.h"
#include "oci/tar_header.h"
#include "oci/ustar_header.h"

namespace bale::oci {

namespace {

/// What Go's archive/tar takes, and so every registry's images stay under.
constexpr std::uint64_t kLongestExtension = std::uint64_t{1} << 20;

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kCorrupt, "tar: " + why);
}

template <std::size_t N>
std::string text_of(const char (&field)[N]) {
  return {field, ::strnlen(field, N)};
}

/// Octal digits between blanks, up to a NUL.
std::int64_t parse_octal(std::string_view field) {
  const auto blank = [](char c) { return c == ' ' || c == '\0'; };
  while (!field.empty() && blank(field.front())) field.remove_prefix(1);
  field = field.substr(0, field.find('\0'));
  while (!field.empty() && blank(field.back())) field.remove_suffix(1);
  std::int64_t value = 0;
  for (const char c : field) {
    if (c < '0' || c > '7') refuse("a number in a header is not octal");
    value = value * 8 + (c - '0');  // at most 12 digits: 36 bits
  }
  return value;
}

/// GNU's base-256: the first bit marks it, the second is the sign.
std::int64_t parse_binary(std::string_view field) {
  const bool negative = (field[0] & 0x40) != 0;
  const std::uint64_t sign_bits = negative ? 0x1FF : 0;
  std::uint64_t value = negative ? ~std::uint64_t{0} : 0;
  for (std::size_t i = 0; i < field.size(); ++i) {
    auto byte = static_cast<unsigned char>(field[i]);
    if (i == 0 && !negative) byte &= 0x7FU;
    if ((value >> 55U) != sign_bits) refuse("a number in a header is too large");
    value = value << 8U | byte;
  }
  return static_cast<std::int64_t>(value);
}

template <std::size_t N>
std::int64_t number_of(const char (&field)[N]) {
  const std::string_view text(field, N);
  return (text[0] & 0x80) != 0 ? parse_binary(text) : parse_octal(text);
}

template <std::size_t N>
std::uint64_t natural_of(const char (&field)[N], const char* what) {
  const std::int64_t value = number_of(field);
  if (value < 0) refuse(std::string("a ") + what + " is negative");
  return static_cast<std::uint64_t>(value);
}

void check_sum(const UstarHeader& header) {
  const long stored = static_cast<long>(number_of(header.checksum));
  const UstarSums sums = ustar_sums(header);
  if (stored != sums.plain && stored != sums.as_signed) refuse("a header's checksum differs");
}

FileType type_of(char flag) {
  switch (flag) {
    case '\0':
    case '0':
    case '7':
      return FileType::kRegular;
    case '1':
      return FileType::kHardLink;
    case '2':
      return FileType::kSymlink;
    case '3':
      return FileType::kCharDevice;
    case '4':
      return FileType::kBlockDevice;
    case '5':
      return FileType::kDirectory;
    case '6':
      return FileType::kFifo;
    case 'S':
      refuse("sparse files of GNU tar are not supported");
    default:
      refuse("an entry of unknown type " + in_quotes(std::string(1, flag)));
  }
}

bool is_posix(const UstarHeader& header) {
  return std::memcmp(header.magic, "ustar\0", sizeof header.magic) == 0;
}

std::uint32_t device_number(std::uint64_t number) {
  if (number > std::numeric_limits<std::uint32_t>::max()) refuse("a device number is too large");
  return static_cast<std::uint32_t>(number);
}

TarEntry entry_of(const UstarHeader& header) {
  TarEntry entry;
  entry.path = text_of(header.name);
  // GNU keeps times where POSIX keeps the prefix.
  if (const std::string prefix = text_of(header.prefix); is_posix(header) && !prefix.empty()) {
    entry.path = prefix + '/' + entry.path;
  }
  entry.type = type_of(header.type);
  entry.link_target = text_of(header.link);
  entry.mode = static_cast<std::uint32_t>(number_of(header.mode) & 07777);
  entry.uid = natural_of(header.uid, "uid");
  entry.gid = natural_of(header.gid, "gid");
  entry.size = natural_of(header.size, "size");
  entry.mtime = {number_of(header.mtime), 0};
  if (entry.type == FileType::kCharDevice || entry.type == FileType::kBlockDevice) {
    entry.device_major = device_number(natural_of(header.major, "device number"));
    entry.device_minor = device_number(natural_of(header.minor, "device number"));
  }
  return entry;
}

/// The path as TarEntry has it.
std::string inner_path(std::string_view raw) {
  std::string path;
  while (!raw.empty()) {
    const std::size_t slash = std::min(raw.find('/'), raw.size());
    const std::string_view component = raw.substr(0, slash);
    raw.remove_prefix(std::min(slash + 1, raw.size()));
    if (component.empty() || component == ".") continue;
    if (component == "..") refuse("an entry's path has a \"..\"");
    if (!path.empty()) path += '/';
    path += component;
  }
  return path;
}

void finish_entry(TarEntry& entry) {
  // Before POSIX, a '/' at the end said what the type says today.
  if (entry.path.empty()) refuse("an entry has no path");
  if (entry.type == FileType::kRegular && entry.path.back() == '/') {
    if (entry.size > 0) refuse(in_quotes(entry.path) + " is a folder with content");
    entry.type = FileType::kDirectory;
  }
  entry.path = inner_path(entry.path);
  if (entry.type == FileType::kHardLink) entry.link_target = inner_path(entry.link_target);
  const bool link = entry.type == FileType::kHardLink || entry.type == FileType::kSymlink;
  if (!link) entry.link_target.clear();
  if (link && entry.link_target.empty()) refuse(in_quotes(entry.path) + " links to nothing");
  if (entry.type != FileType::kRegular) entry.size = 0;
}

}  // namespace

/// What the headers before an entry's own say of it.
struct TarReader::Extensions {
  PaxRecords pax;
  std::string path;
  std::string link_target;

  void apply_to(TarEntry& entry) const {
    if (!path.empty()) entry.path = path;
    if (!link_target.empty()) entry.link_target = link_target;
    pax.apply_to(entry);
  }
};

std::optional<TarEntry> TarReader::next() {
  skip_content();
  Extensions extensions;
  UstarHeader header;
  while (read_header(header)) {
    if (read_extension(header, extensions)) continue;
    TarEntry entry = entry_of(header);
    extensions.apply_to(entry);
    finish_entry(entry);
    path_ = entry.path;
    content_offset_ = position_;
    content_left_ = entry.size;
    padding_ = tar_padding(entry.size);
    return entry;
  }
  return std::nullopt;
}

/// False at the archive's end: a block of zeros, or simply nothing more.
bool TarReader::read_header(UstarHeader& header) {
  if (!input_.require(kTarBlock)) {
    if (!input_.rest().empty()) refuse("it ends in the middle of a header");
    return false;
  }
  std::memcpy(&header, input_.rest().data(), sizeof header);
  skip(kTarBlock);
  static constexpr UstarHeader kZeros{};
  if (std::memcmp(&header, &kZeros, sizeof header) == 0) return false;
  check_sum(header);
  return true;
}

bool TarReader::read_extension(const UstarHeader& header, Extensions& extensions) {
  switch (header.type) {
    case 'x':
      extensions.pax = PaxRecords::parse(read_extension_body(header));
      return true;
    case 'g':
      read_extension_body(header);
      return true;  // as Docker: applies to nothing
    case 'L':
      extensions.path = read_extension_body(header).c_str();
      return true;
    case 'K':
      extensions.link_target = read_extension_body(header).c_str();
      return true;
    default:
      return false;
  }
}

std::string TarReader::read_extension_body(const UstarHeader& header) {
  const std::uint64_t size = natural_of(header.size, "size");
  if (size > kLongestExtension) refuse("an extended header is longer than 1 MiB");
  std::string body(size, '\0');
  if (!read_exactly(std::as_writable_bytes(std::span(body)))) refuse("it ends in a header");
  position_ += size;
  skip(tar_padding(size));
  return body;
}

bool TarReader::read_exactly(MutableBytes out) {
  while (!out.empty()) {
    const std::size_t got = input_.read(out);
    if (got == 0) return false;
    out = out.subspan(got);
  }
  return true;
}

void TarReader::drain() {
  skip_content();
  input_.take(input_.rest().size());
  while (input_.refill()) input_.take(input_.rest().size());
}

std::size_t TarReader::read_content(MutableBytes buffer) {
  if (content_left_ == 0 || buffer.empty()) return 0;
  const auto want = static_cast<std::size_t>(std::min<std::uint64_t>(buffer.size(), content_left_));
  const std::size_t got = input_.read(buffer.first(want));
  if (got == 0) {
    refuse("the content of " + in_quotes(path_) + " ends " + std::to_string(content_left_) +
           " bytes early");
  }
  content_left_ -= got;
  position_ += got;
  return got;
}

void TarReader::skip_content() {
  skip(std::exchange(content_left_, 0));
  // Some tools, umoci among them, end a tar right behind the last content.
  (void)skip_up_to(std::exchange(padding_, 0));
}

void TarReader::skip(std::uint64_t count) {
  if (skip_up_to(count) < count) refuse("it ends in the middle of " + in_quotes(path_));
}

/// Skips what is there of it.
std::uint64_t TarReader::skip_up_to(std::uint64_t most) {
  std::uint64_t count = most;
  while (count > 0 && (!input_.rest().empty() || input_.refill())) {
    const auto step =
        static_cast<std::size_t>(std::min<std::uint64_t>(count, input_.rest().size()));
    input_.take(step);
    count -= step;
  }
  position_ += most - count;
  return most - count;
}

}  // namespace bale::oci
