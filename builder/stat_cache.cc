// SPDX-License-Identifier: Apache-2.0
#include "builder/stat_cache.h"

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string_view>
#include <tuple>
#include <vector>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/new_file.h"

namespace bale::builder {

namespace {

// The file: a line that names the format, records of 8 numbers and 32 bytes of digest, the last
// used first, and at the end the digest of all that, so that rot cannot become a wrong answer.
constexpr std::string_view kMagic = "bale stat cache 1\n";
constexpr std::size_t kNumbers = 8;
constexpr std::size_t kRecordSize = kNumbers * 8 + 32;
constexpr std::size_t kDigestText = 71;       // sha256: and 64 digits
constexpr std::size_t kMaxRecords = 500'000;  // 48 MB
constexpr std::size_t kMaxFile = std::size_t{1} << 27;

constexpr std::uint64_t kSecond = 1'000'000'000;  // in nanoseconds
// Kernels stamp files with the time of their last timer tick: at most 10 ms ago. File systems
// without nanoseconds have ticks of up to two seconds.
constexpr std::uint64_t kFineTick = kSecond / 50;
constexpr std::uint64_t kCoarseTick = 2 * kSecond;

std::uint64_t nanoseconds(const oci::FileTime& time) {
  return static_cast<std::uint64_t>(time.seconds) * kSecond + time.nanoseconds;
}

bool is_settled(const FileStamp& stamp, const oci::FileTime& read_at) {
  const std::uint64_t tick = stamp.changed.nanoseconds == 0 ? kCoarseTick : kFineTick;
  return nanoseconds(stamp.changed) + tick <= nanoseconds(read_at);
}

void append_number(std::string& text, std::uint64_t number) {
  for (int shift = 0; shift < 64; shift += 8) text += static_cast<char>(number >> shift & 0xFF);
}

std::uint64_t take_number(std::string_view& text) {
  std::uint64_t number = 0;
  for (std::size_t i = 0; i < 8; ++i)
    number |= static_cast<std::uint64_t>(static_cast<unsigned char>(text[i])) << (8 * i);
  text.remove_prefix(8);
  return number;
}

oci::FileTime take_time(std::string_view& text) {
  const std::uint64_t seconds = take_number(text);
  return {static_cast<std::int64_t>(seconds), static_cast<std::uint32_t>(take_number(text))};
}

/// The records in a file's content; empty where it is damaged.
std::string_view verified_records(std::string_view content) {
  if (!content.starts_with(kMagic) || content.size() < kMagic.size() + kDigestText) return {};
  const std::string_view body = content.substr(0, content.size() - kDigestText);
  if (oci::Digest::of(oci::as_bytes(body)).to_string() != content.substr(body.size())) return {};
  const std::string_view records = body.substr(kMagic.size());
  return records.size() % kRecordSize == 0 ? records : std::string_view();
}

}  // namespace

std::size_t StatCache::KeyHash::operator()(const Key& key) const noexcept {
  return std::hash<std::uint64_t>()(key.first * 0x9E3779B97F4A7C15ULL ^ key.second);
}

StatCache::StatCache(std::filesystem::path file) : file_(std::move(file)), records_(load(file_)) {}

StatCache::Records StatCache::load(const std::filesystem::path& file) {
  Records records;
  std::string content;
  try {
    content = oci::read_file(file, kMaxFile);
  } catch (const oci::Error&) {
    return records;  // nothing is known yet, or nothing that can be trusted
  }
  for (std::string_view rest = verified_records(content); !rest.empty();) {
    Record record;
    record.stamp.device = take_number(rest);
    record.stamp.inode = take_number(rest);
    record.stamp.size = take_number(rest);
    record.stamp.modified = take_time(rest);
    record.stamp.changed = take_time(rest);
    record.last_used = take_number(rest);
    std::memcpy(record.digest.data(), rest.data(), record.digest.size());
    rest.remove_prefix(record.digest.size());
    records.emplace(Key(record.stamp.device, record.stamp.inode), record);
  }
  return records;
}

std::string StatCache::serialize(const Records& records) {
  std::vector<const Record*> kept;
  for (const auto& [key, record] : records) kept.push_back(&record);
  std::sort(kept.begin(), kept.end(), [](const Record* left, const Record* right) {
    return std::tie(right->last_used, left->stamp) < std::tie(left->last_used, right->stamp);
  });
  kept.resize(std::min(kept.size(), kMaxRecords));
  std::string text(kMagic);
  text.reserve(kMagic.size() + kept.size() * kRecordSize + kDigestText);
  for (const Record* each : kept) {
    const FileStamp& stamp = each->stamp;
    for (const std::uint64_t number :
         {stamp.device, stamp.inode, stamp.size, static_cast<std::uint64_t>(stamp.modified.seconds),
          std::uint64_t{stamp.modified.nanoseconds},
          static_cast<std::uint64_t>(stamp.changed.seconds),
          std::uint64_t{stamp.changed.nanoseconds}, each->last_used})
      append_number(text, number);
    text += oci::as_text(each->digest);
  }
  return text + oci::Digest::of(oci::as_bytes(text)).to_string();
}

std::optional<oci::Digest> StatCache::find(const FileStamp& stamp) {
  const std::lock_guard lock(mutex_);
  const auto at = records_.find(Key(stamp.device, stamp.inode));
  if (at == records_.end() || at->second.stamp != stamp) return std::nullopt;
  at->second.last_used = static_cast<std::uint64_t>(std::time(nullptr));
  return unpack(at->second.digest);
}

void StatCache::put(const FileStamp& stamp, const oci::Digest& digest, oci::FileTime read_at) {
  if (!is_settled(stamp, read_at) || digest.algorithm() != oci::DigestAlgorithm::kSha256) return;
  const Record record{stamp, static_cast<std::uint64_t>(std::time(nullptr)), pack(digest)};
  const std::lock_guard lock(mutex_);
  records_.insert_or_assign(Key(stamp.device, stamp.inode), record);
  changed_ = true;
}

void StatCache::save() {
  const std::lock_guard lock(mutex_);
  if (!changed_) return;
  // What another process saved meanwhile is kept where this one knows nothing of the file.
  records_.merge(load(file_));
  std::filesystem::create_directories(file_.parent_path());
  oci::write_file_atomically(file_, serialize(records_));
  changed_ = false;
}

}  // namespace bale::builder
