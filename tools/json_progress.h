// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <mutex>
#include <string>

#include "oci/progress.h"

namespace bale::tools {

/// Progress as one JSON object a line on standard error, for programs: `event` is `start`,
/// `progress`, `note`, `done`, `output`, `warning` or `debug`; tasks carry `id`, `group`, `name`.
class JsonProgress final : public oci::Progress {
 public:
  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override;
  void output(std::string_view group, std::string_view line) override;
  void warn(std::string_view message) override;
  void debug(std::string_view message) override;

 private:
  class Task;
  void write(const std::string& line);

  std::mutex mutex_;
  std::atomic<std::uint64_t> next_id_ = 1;
};

}  // namespace bale::tools
