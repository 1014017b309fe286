// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "oci/error.h"

namespace bale::builder {

/// Lines of a Dockerfile, counted from 1, both ends included.
struct SourceRange {
  int first_line = 0;
  int last_line = 0;

  friend bool operator==(const SourceRange&, const SourceRange&) = default;
};

/// The text of a Dockerfile under the name that messages give it, kept so that a fault that is
/// found at any later time can be shown with its line. Immutable, so thread-safe.
class SourceText {
 public:
  /// A byte order mark is dropped.
  SourceText(std::string name, std::string_view text);

  const std::string& name() const { return name_; }
  int line_count() const { return static_cast<int>(starts_.size()); }
  /// Line `number`, from 1, without its line feed; "" for a line that does not exist.
  std::string_view line(int number) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<std::size_t> starts_;  ///< where each line starts in `text_`
};

/// The line of the range that holds `word`, with its number, and carets under the word:
///
///       3 | COPY srv/main.rs /app/
///         |      ^^^^^^^^^^^
///
/// The first line of the range, all of it marked, where no line holds the word or it is empty.
std::string mark_source(const SourceText& source, SourceRange range, std::string_view word = {});

/// The number of the line that `mark_source` shows.
int marked_line(const SourceText& source, SourceRange range, std::string_view word = {});

/// An error of the Dockerfile's: "FILE:LINE: MESSAGE", with the marked line as its detail.
oci::Error source_error(const SourceText& source, SourceRange range, std::string_view message,
                        std::string_view word = {}, std::string hint = {});

/// `error` told as the fault of the lines in `range`: the same code and hint, "FILE:LINE: " before
/// the message, and the marked line before what detail it has already.
oci::Error at_source(const oci::Error& error, const SourceText& source, SourceRange range,
                     std::string_view word = {});

}  // namespace bale::builder
