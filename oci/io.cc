// SPDX-License-Identifier: Apache-2.0
#include "oci/io.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::oci {

std::uint64_t copy(Source& source, Sink& sink) {
  const auto buffer = std::make_unique<std::byte[]>(kChunkSize);
  std::uint64_t total = 0;
  while (const std::size_t got = source.read({buffer.get(), kChunkSize})) {
    sink.write({buffer.get(), got});
    total += got;
  }
  return total;
}

Digest digest_of(Source& source) {
  Hasher hasher;
  const auto buffer = std::make_unique_for_overwrite<std::byte[]>(kChunkSize);
  while (const std::size_t got = source.read({buffer.get(), kChunkSize})) {
    hasher.update({buffer.get(), got});
  }
  return hasher.finish();
}

std::string read_all(Source& source, std::size_t limit) {
  std::string text;
  std::size_t filled = 0;
  while (true) {
    text.resize(std::min(limit + 1, std::max<std::size_t>(filled * 2, 4096)));
    const auto room = std::as_writable_bytes(std::span(text)).subspan(filled);
    const std::size_t got = source.read(room);
    if (got == 0) break;
    filled += got;
    if (filled > limit) {
      throw Error(ErrorCode::kCorrupt, "more than the " + std::to_string(limit) + " bytes allowed");
    }
  }
  text.resize(filled);
  return text;
}

std::size_t read_full(Source& source, MutableBytes buffer) {
  std::size_t filled = 0;
  while (filled < buffer.size()) {
    const std::size_t got = source.read(buffer.subspan(filled));
    if (got == 0) break;
    filled += got;
  }
  return filled;
}

std::size_t BytesSource::read(MutableBytes buffer) {
  const std::size_t count = std::min(buffer.size(), rest_.size());
  if (count > 0) std::memcpy(buffer.data(), rest_.data(), count);
  rest_ = rest_.subspan(count);
  return count;
}

void TeeSink::write(Bytes bytes) {
  first_.write(bytes);
  second_.write(bytes);
}

void HashingSink::write(Bytes bytes) {
  hasher_.update(bytes);
  size_ += bytes.size();
  next_.write(bytes);
}

VerifyingSource::VerifyingSource(Source& next, Digest digest, std::optional<std::uint64_t> size)
    : next_(next), expected_(std::move(digest)), hasher_(expected_.algorithm()), size_(size) {}

std::size_t VerifyingSource::read(MutableBytes buffer) {
  if (ended_) return 0;
  const std::size_t got = next_.read(buffer);
  seen_ += got;
  if (seen_ > size_.value_or(seen_)) {
    throw Error(ErrorCode::kCorrupt,
                expected_.to_string() + " is longer than its " + std::to_string(*size_) + " bytes");
  }
  hasher_.update(buffer.first(got));
  if (got > 0 && seen_ != size_) return got;
  if (seen_ < size_.value_or(0)) {
    throw Error(ErrorCode::kCorrupt, expected_.to_string() + " ends after " +
                                         std::to_string(seen_) + " of " + std::to_string(*size_) +
                                         " bytes");
  }
  // With the last bytes, not after them: who reads just `size` bytes is safe too.
  if (!verified_) check_digest();
  ended_ = got == 0;
  return got;
}

void VerifyingSource::check_digest() {
  const Digest actual = hasher_.finish();
  if (actual != expected_) {
    throw Error(ErrorCode::kCorrupt,
                expected_.to_string() + " has other content: its digest is " + actual.to_string());
  }
  verified_ = true;
}

}  // namespace bale::oci
