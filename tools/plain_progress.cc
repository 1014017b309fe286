// SPDX-License-Identifier: Apache-2.0
#include "tools/plain_progress.h"

#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>

#include "oci/printable.h"

namespace bale::tools {

class PlainProgress::Task final : public oci::ProgressTask {
 public:
  Task(PlainProgress& owner, std::string_view group, std::string_view name)
      : owner_(owner), group_(group), name_(name) {}

  void advance(std::uint64_t done, std::uint64_t) override { bytes_ = done; }

  void note(std::string_view text) override {
    const std::lock_guard lock(owner_.mutex_);
    note_ = text;
  }

  void done() override {
    const std::chrono::duration<double> taken = std::chrono::steady_clock::now() - started_;
    std::string text = name_;
    if (!note_.empty()) text += ": " + note_;
    if (bytes_ > 0) text += ", " + oci::human_size(bytes_);
    if (taken.count() >= 0.1) text += fmt::format(" ({:.1f} s)", taken.count());
    owner_.line(group_, text);
  }

 private:
  PlainProgress& owner_;
  const std::string group_;
  const std::string name_;
  std::string note_;
  std::uint64_t bytes_ = 0;
  const std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();
};

std::unique_ptr<oci::ProgressTask> PlainProgress::start(std::string_view group,
                                                        std::string_view name) {
  return std::make_unique<Task>(*this, group, name);
}

void PlainProgress::line(std::string_view group, std::string_view text) {
  if (level_ < LogLevel::kInfo) return;
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "[%s] %s\n", oci::printable(group).c_str(), oci::printable(text).c_str());
}

void PlainProgress::output(std::string_view group, std::string_view text) {
  line(group, "| " + std::string(text));
}

void PlainProgress::warn(std::string_view message) {
  if (level_ < LogLevel::kWarn) return;
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "%s\n", warning_text(message, color_).c_str());
}

void PlainProgress::debug(std::string_view message) {
  if (level_ < LogLevel::kDebug) return;
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "debug: %s\n", oci::printable(message).c_str());
}

}  // namespace bale::tools
