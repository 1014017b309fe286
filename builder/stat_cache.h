// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <utility>

#include "builder/file_tree.h"
#include "builder/packed_digest.h"
#include "oci/digest.h"

namespace bale::builder {

/// Remembers the content digests of files on disk by their FileStamp, so that a file that did not
/// change is not read again. One file, replaced whole; processes that save at once lose at most
/// what the other learnt. A damaged file reads as empty. Thread-safe.
class StatCache {
 public:
  /// Reads `file`; nothing is written before `save`.
  explicit StatCache(std::filesystem::path file);

  std::optional<oci::Digest> find(const FileStamp& stamp);
  /// `digest` (sha256) is of content read after the stamp was taken, and `read_at`, a time before
  /// that reading, tells whether a write in the same tick of the clock could have gone unseen: such
  /// a file is not remembered.
  void put(const FileStamp& stamp, const oci::Digest& digest, oci::FileTime read_at);
  /// Writes what was learnt. Keeps the half million files that were seen last.
  void save();

 private:
  struct Record {
    FileStamp stamp;
    std::uint64_t last_used = 0;  ///< seconds since 1970
    PackedDigest digest{};
  };
  using Key = std::pair<std::uint64_t, std::uint64_t>;
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept;
  };
  using Records = std::unordered_map<Key, Record, KeyHash>;

  static Records load(const std::filesystem::path& file);
  static std::string serialize(const Records& records);

  const std::filesystem::path file_;
  std::mutex mutex_;
  Records records_;
  bool changed_ = false;
};

}  // namespace bale::builder
