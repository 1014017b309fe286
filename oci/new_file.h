// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "oci/fd.h"

namespace bale::oci {

/// A file that appears whole under its name, or not at all: written beside its place, and renamed
/// by `finish`. What is no regular file (`/dev/stdout`, a pipe) is written to as it is. One thread
/// at a time.
class NewFile final : public Sink {
 public:
  explicit NewFile(std::filesystem::path path);
  ~NewFile() override;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  void write(Bytes bytes) override;
  /// Replaces what has the name. Not synced.
  void finish();

 private:
  std::filesystem::path path_;
  std::filesystem::path temporary_;  // empty: none, or not any more
  UniqueFd fd_;
};

}  // namespace bale::oci
