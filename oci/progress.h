// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace bale::oci {

/// What somebody watching sees of one piece of work: a step, a blob. Thread-safe. Destroyed
/// without `done`: it failed or was given up.
class ProgressTask {
 public:
  virtual ~ProgressTask() = default;
  /// `total` 0 where it is not known.
  virtual void advance(std::uint64_t done, std::uint64_t total) = 0;
  /// A word on what is going on: "hashed", "compressed", "uploaded", "cached".
  virtual void note(std::string_view text) = 0;
  virtual void done() = 0;
};

/// The one way in which the library tells what it is doing; it never prints. Thread-safe.
class Progress {
 public:
  virtual ~Progress() = default;
  /// `group` is what tasks are listed under (a platform, a repository), `name` one line.
  virtual std::unique_ptr<ProgressTask> start(std::string_view group, std::string_view name) = 0;
  /// One line of output of a command that a step runs.
  virtual void output(std::string_view group, std::string_view line) = 0;
  /// Further lines of `message` show the place.
  virtual void warn(std::string_view message) = 0;
  /// For --log-level debug; never a secret.
  virtual void debug(std::string_view message) = 0;
};

/// Tells nobody.
Progress& no_progress();

}  // namespace bale::oci
