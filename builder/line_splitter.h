// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <functional>
#include <string>
#include <string_view>
#include <utility>

namespace bale::builder {

/// Cuts the output of a command into lines. A carriage return ends a line too, as the progress
/// bars of installers use it; empty lines that it would leave are dropped. A line over `kMaxLine`
/// bytes comes in pieces, so that memory stays bounded whatever is printed. One thread at a time.
class LineSplitter {
 public:
  static constexpr std::size_t kMaxLine = std::size_t{16} * 1024;

  explicit LineSplitter(std::function<void(std::string_view)> line) : line_(std::move(line)) {}

  void write(std::string_view text);
  /// Hands out what is left after the last end of line.
  void finish();

 private:
  void end_line(char terminator);

  std::function<void(std::string_view)> line_;
  std::string rest_;
  bool after_return_ = false;
};

}  // namespace bale::builder
