// SPDX-License-Identifier: Apache-2.0
#include "builder/line_splitter.h"

#include <algorithm>

namespace bale::builder {

void LineSplitter::write(std::string_view text) {
  while (!text.empty()) {
    const auto end = std::min(text.find_first_of("\r\n"), text.size());
    const auto room = kMaxLine - rest_.size();
    const auto taken = std::min(end, room);
    rest_ += text.substr(0, taken);
    text.remove_prefix(taken);
    if (taken > 0) after_return_ = false;
    if (taken < end) {
      line_(std::exchange(rest_, {}));
    } else if (!text.empty()) {
      end_line(text.front());
      text.remove_prefix(1);
    }
  }
}

void LineSplitter::end_line(char terminator) {
  const bool repeated = rest_.empty() && (after_return_ || terminator == '\r');
  after_return_ = terminator == '\r';
  if (!repeated) line_(std::exchange(rest_, {}));
}

void LineSplitter::finish() {
  if (!rest_.empty()) line_(std::exchange(rest_, {}));
}

}  // namespace bale::builder
