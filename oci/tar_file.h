// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>

#include "oci/fd.h"

namespace bale::oci {

/// The members of a tar file by their names. Nothing is unpacked: members are read where they are.
/// A gzip'd or zstd'd file is first unpacked to a temporary file without a name, in $TMPDIR or
/// /var/tmp; so is written what comes from a pipe, which cannot be read twice. Immutable;
/// thread-safe.
class TarFile {
 public:
  /// Reads the headers once. Throws kNotFound, or kCorrupt for what is no tar file, for more
  /// than 100,000 members, and for a compressed file that unpacks to more than 64 MiB and 1000
  /// times its size; kInterrupted where `stop` is asked for while a pipe says nothing.
  static TarFile open(const std::filesystem::path& path, const std::stop_token& stop = {});
  /// The same for what is open already, from where the descriptor stands; `name` is for messages.
  static TarFile read(UniqueFd fd, const std::filesystem::path& name,
                      const std::stop_token& stop = {});
  TarFile(TarFile&&) noexcept;
  ~TarFile();

  const std::filesystem::path& path() const;
  /// The size of a regular member. Links are followed inside the archive, at most 10; a name that
  /// leaves the archive is absent.
  std::optional<std::uint64_t> size(std::string_view name) const;
  /// The content of a member; throws kNotFound.
  std::unique_ptr<Source> open_member(std::string_view name) const;
  /// The content of a small member; throws kNotFound, or kCorrupt past `limit`.
  std::string read_member(std::string_view name, std::size_t limit) const;

 private:
  struct State;
  explicit TarFile(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
