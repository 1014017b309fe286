// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

#include "oci/bytes.h"
#include "oci/digest.h"

namespace bale::oci {

/// Where bytes go. Producers push into a chain of sinks. One thread at a time.
class Sink {
 public:
  virtual ~Sink() = default;
  /// Takes all of `bytes` or throws.
  virtual void write(Bytes bytes) = 0;

 protected:
  Sink() = default;
  Sink(const Sink&) = default;
  Sink& operator=(const Sink&) = default;
};

/// Where bytes come from: consumers at the edge of the program (an upload, an extractor) pull.
/// One thread at a time.
class Source {
 public:
  virtual ~Source() = default;
  /// Reads between 1 and `buffer.size()` bytes; 0 means the end, for good. Throws when the bytes
  /// cannot be had or are found to be wrong: what was read before is then not to be trusted.
  virtual std::size_t read(MutableBytes buffer) = 0;

 protected:
  Source() = default;
  Source(const Source&) = default;
  Source& operator=(const Source&) = default;
};

/// A size that one read-write step of any flow uses: large enough that system calls do not count.
inline constexpr std::size_t kChunkSize = std::size_t{256} * 1024;

/// Writes everything that `source` still has into `sink`; returns the number of bytes.
std::uint64_t copy(Source& source, Sink& sink);

/// The digest (sha256) of everything that `source` still has.
Digest digest_of(Source& source);

/// Everything that `source` has, for documents. Throws kCorrupt past `limit` bytes.
std::string read_all(Source& source, std::size_t limit);

/// Fills `buffer` as far as the source goes; less than its size means the end was reached.
std::size_t read_full(Source& source, MutableBytes buffer);

/// A source over bytes in memory, which must outlive it.
class BytesSource final : public Source {
 public:
  explicit BytesSource(Bytes bytes) : rest_(bytes) {}
  std::size_t read(MutableBytes buffer) override;

 private:
  Bytes rest_;
};

/// A sink that keeps all it is given, for documents and tests.
class StringSink final : public Sink {
 public:
  void write(Bytes bytes) override { text_ += as_text(bytes); }
  const std::string& text() const { return text_; }

 private:
  std::string text_;
};

/// Passes every byte to both sinks, first to `first`. Both must outlive it.
class TeeSink final : public Sink {
 public:
  TeeSink(Sink& first, Sink& second) : first_(first), second_(second) {}
  void write(Bytes bytes) override;

 private:
  Sink& first_;
  Sink& second_;
};

/// Hashes and counts what passes through to `next`, which must outlive it.
class HashingSink final : public Sink {
 public:
  explicit HashingSink(Sink& next, DigestAlgorithm algorithm = DigestAlgorithm::kSha256)
      : next_(next), hasher_(algorithm) {}
  void write(Bytes bytes) override;
  std::uint64_t size() const { return size_; }
  /// Once, after the last write.
  Digest finish() { return hasher_.finish(); }

 private:
  Sink& next_;
  Hasher hasher_;
  std::uint64_t size_ = 0;
};

/// Reads `next`, and gives out its last bytes and its end only if they make exactly `size` bytes
/// with `digest`; else throws kCorrupt, at the latest one byte past the size. Where the size is not
/// known, all bytes come before what they make is verified, with the end. `next` must outlive it.
class VerifyingSource final : public Source {
 public:
  VerifyingSource(Source& next, Digest digest, std::optional<std::uint64_t> size = std::nullopt);
  std::size_t read(MutableBytes buffer) override;

 private:
  void check_digest();

  Source& next_;
  Digest expected_;
  Hasher hasher_;
  std::optional<std::uint64_t> size_;
  std::uint64_t seen_ = 0;
  bool verified_ = false;
  bool ended_ = false;
};

}  // namespace bale::oci
