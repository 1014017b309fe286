// SPDX-License-Identifier: Apache-2.0
#include "oci/pax_records.h"

#include <charconv>
#include <cstdint>

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

constexpr std::string_view kXattrPrefix = "SCHILY.xattr.";

[[noreturn]] void refuse(const std::string& why) {
  throw Error(ErrorCode::kCorrupt, "tar: broken pax header: " + why);
}

template <typename T>
T parse_number(std::string_view text) {
  T value{};
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || stop != end) refuse(in_quotes(text) + " is no number in range");
  return value;
}

std::uint32_t parse_fraction(std::string_view digits) {
  std::string nine(digits.substr(0, 9));
  nine.resize(9, '0');
  for (const char c : digits) {
    if (c < '0' || c > '9') refuse(in_quotes(digits) + " is no fraction");
  }
  return parse_number<std::uint32_t>(nine);
}

/// "-0.25" is a quarter of a second before 1970: -1 s and 750,000,000 ns.
FileTime parse_time(std::string_view text) {
  const std::size_t dot = text.find('.');
  FileTime time{parse_number<std::int64_t>(text.substr(0, dot)), 0};
  if (dot != std::string_view::npos) time.nanoseconds = parse_fraction(text.substr(dot + 1));
  if (text[0] != '-' || time.nanoseconds == 0) return time;
  if (time.seconds == INT64_MIN) refuse(in_quotes(text) + " is no number in range");
  return {time.seconds - 1, 1000000000U - time.nanoseconds};
}

const std::string& name_value(const std::string& value) {
  if (value.find('\0') != std::string::npos) refuse("a name has a NUL");
  return value;
}

/// Takes one "LENGTH KEY=VALUE\n" off the front, without length and newline.
std::string_view take_record(std::string_view& body) {
  const std::size_t blank = body.find(' ');
  if (blank == std::string_view::npos) refuse("a record without length");
  const auto length = parse_number<std::size_t>(body.substr(0, blank));
  if (length <= blank + 1 || length > body.size() || body[length - 1] != '\n') {
    refuse("a record's length is wrong");
  }
  const std::string_view record = body.substr(blank + 1, length - blank - 2);
  body.remove_prefix(length);
  return record;
}

}  // namespace

PaxRecords PaxRecords::parse(std::string_view body) {
  PaxRecords result;
  while (!body.empty()) {
    const std::string_view record = take_record(body);
    const std::size_t equals = record.find('=');
    if (equals == 0 || equals == std::string_view::npos) refuse("a record without key");
    const std::string key(record.substr(0, equals));
    if (equals + 1 == record.size() && key.rfind(kXattrPrefix, 0) != 0) {
      result.records_.erase(key);
    } else {
      result.records_.insert_or_assign(key, record.substr(equals + 1));
    }
  }
  return result;
}

void PaxRecords::apply_to(TarEntry& entry) const {
  for (const auto& [key, value] : records_) apply(key, value, entry);
}

void PaxRecords::apply(const std::string& key, const std::string& value, TarEntry& entry) const {
  if (key == "path") {
    entry.path = name_value(value);
  } else if (key == "linkpath") {
    entry.link_target = name_value(value);
  } else if (key == "size") {
    entry.size = parse_number<std::uint64_t>(value);
  } else if (key == "uid") {
    entry.uid = parse_number<std::uint64_t>(value);
  } else if (key == "gid") {
    entry.gid = parse_number<std::uint64_t>(value);
  } else if (key == "mtime") {
    entry.mtime = parse_time(value);
  } else if (key.rfind(kXattrPrefix, 0) == 0) {
    entry.xattrs[name_value(key.substr(kXattrPrefix.size()))] = value;
  } else if (key.rfind("GNU.sparse.", 0) == 0) {
    throw Error(ErrorCode::kCorrupt, "tar: sparse files of GNU tar are not supported");
  }
}

}  // namespace bale::oci
