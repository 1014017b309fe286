// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <optional>
#include <stop_token>
#include <string_view>

#include "oci/fd.h"
#include "oci/stoppable_wait.h"

namespace bale::oci {

/// What is to survive a power cut once `NewFile::finish` returns.
enum class Durability {
  kWhole,   ///< the old file or the new one, perhaps an empty one
  kSynced,  ///< the content, under its name if it has it
};

/// A file that appears whole under its name, or not at all: written without a name, which `finish`
/// gives it, so that a program that is killed leaves nothing. (Where the file system has no such
/// files, it has a name beside its place, and is left there.) A symbolic link stays, and the file
/// that it leads to is replaced, or made. What is no regular file (a pipe, a device) is written to
/// as it is, and so is `/dev/stdout`, `/dev/fd/N` or `/proc/self/fd/N` whatever is behind it: from
/// where that descriptor stands. Waiting for the other side of a pipe ends with kInterrupted once
/// `stop` is asked for. One thread at a time.
class NewFile final : public Sink {
 public:
  /// Without a mode the file gets the one that open(2) would give it, or that of the file that it
  /// replaces, with its owner as far as we may. Throws kFailed for a folder,
  /// and as errno says.
  explicit NewFile(const std::filesystem::path& path, std::optional<unsigned> mode = std::nullopt,
                   const std::stop_token& stop = {});
  /// What is written goes where an open descriptor stands, which stays open; `name` is for
  /// messages.
  NewFile(int descriptor, std::filesystem::path name, const std::stop_token& stop = {});
  ~NewFile() override;
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;

  bool is_terminal() const;
  void write(Bytes bytes) override;
  /// Replaces what has the name.
  void finish(Durability durability = Durability::kWhole);

 private:
  /// A regular file to be written to.
  void create();
  void wait_unless_regular(const std::stop_token& stop);

  std::filesystem::path path_;       // no link
  std::filesystem::path temporary_;  // empty: none, or not any more
  bool unnamed_ = false;
  UniqueFd fd_;
  std::optional<StoppableWait> wait_;  // before each write, where it may be for ever
};

/// Writes a synced NewFile. Throws as it does; a regular file at `path` is then as it was.
void write_file_atomically(const std::filesystem::path& path, std::string_view content,
                           unsigned mode = 0644);

}  // namespace bale::oci
