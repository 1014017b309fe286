// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <mutex>

#include "oci/progress.h"
#include "tools/terminal.h"

namespace bale::tools {

/// Progress as lines on standard error, for CI logs and pipes: one when a task starts or tells
/// something of note, one when it is done with the time it took.
class PlainProgress final : public oci::Progress {
 public:
  PlainProgress(bool color, LogLevel level) : color_(color), level_(level) {}

  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override;
  void output(std::string_view group, std::string_view line) override;
  void warn(std::string_view message) override;
  void debug(std::string_view message) override;

 private:
  class Task;
  void line(std::string_view group, std::string_view text);

  const bool color_;
  const LogLevel level_;
  std::mutex mutex_;
};

}  // namespace bale::tools
