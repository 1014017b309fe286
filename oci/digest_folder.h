// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <vector>

#include "oci/blob_store.h"
#include "oci/fd.h"
#include "oci/temporary_folder.h"

namespace bale::oci {

/// Files named by a digest, `FOLDER/sha256/HEX`: the blobs of a layout, tables of contents. A file
/// appears whole or not at all. Thread-safe; must outlive its writers.
class DigestFolder {
 public:
  /// Unfinished files go to `temporary`, on the same file system, which must outlive this.
  DigestFolder(std::filesystem::path folder, TemporaryFolder& temporary);
  ~DigestFolder();
  DigestFolder(const DigestFolder&) = delete;
  DigestFolder& operator=(const DigestFolder&) = delete;

  std::filesystem::path path_of(const Digest& digest) const;
  std::optional<std::uint64_t> size(const Digest& digest) const;
  /// Throws kNotFound.
  UniqueFd open(const Digest& digest) const;
  /// `finish` does not sync; `sync` does.
  std::unique_ptr<BlobWriter> create();
  /// A copy of `file` that shares its bytes, verified; false where the file system cannot.
  bool try_clone(const UniqueFd& file, const Descriptor& descriptor);
  /// Renames a verified file to its place; false where it is on another file system.
  bool try_adopt(const std::filesystem::path& file, const Digest& digest);
  bool remove(const Digest& digest);
  /// Everything that is there, in no order.
  std::vector<Digest> list() const;
  /// When it returns, every file finished through this object survives a power cut.
  void sync();

 private:
  struct State;
  class Writer;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
