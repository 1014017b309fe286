// SPDX-License-Identifier: Apache-2.0
#include "tools/live_progress.h"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <string>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "oci/printable.h"

namespace bale::tools {

namespace {

using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds kFrame{100};
/// More lines than this would push what matters off a small terminal.
constexpr std::size_t kMaxLiveLines = 12;

std::size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

/// Cut to `width` columns, not through the middle of a UTF-8 character.
std::string cut(std::string text, std::size_t width) {
  if (text.size() <= width) return text;
  std::size_t end = width;
  while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0U) == 0x80U) --end;
  text.resize(end);
  return text;
}

}  // namespace

struct LiveProgress::Line {
  std::string group;
  std::string name;
  std::string note;
  std::string last_output;
  std::uint64_t done = 0;
  std::uint64_t total = 0;
  Clock::time_point started = Clock::now();
};

class LiveProgress::Task final : public oci::ProgressTask {
 public:
  Task(LiveProgress& owner, std::list<Line>::iterator line) : owner_(owner), line_(line) {}

  ~Task() override {
    const std::lock_guard lock(owner_.mutex_);
    owner_.erase();
    owner_.lines_.erase(line_);
    owner_.draw();
  }
  void advance(std::uint64_t done, std::uint64_t total) override {
    const std::lock_guard lock(owner_.mutex_);
    line_->done = done;
    line_->total = total;
  }
  void note(std::string_view text) override {
    const std::lock_guard lock(owner_.mutex_);
    line_->note = text;
  }
  void done() override {
    const std::lock_guard lock(owner_.mutex_);
    owner_.scroll(owner_.render(*line_, terminal_width() - 1));
  }

 private:
  LiveProgress& owner_;
  std::list<Line>::iterator line_;
};

LiveProgress::LiveProgress(bool color, LogLevel level)
    : color_(color), level_(level), thread_([this] { draw_loop(); }) {}

LiveProgress::~LiveProgress() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
    erase();
  }
  closing_changed_.notify_all();
  thread_.join();
}

void LiveProgress::draw_loop() {
  std::unique_lock lock(mutex_);
  while (!closing_changed_.wait_for(lock, kFrame, [this] { return closing_; })) {
    erase();
    draw();
  }
}

void LiveProgress::erase() {
  if (drawn_ > 0) std::fprintf(stderr, "\x1b[%zuA\x1b[J", drawn_);
  drawn_ = 0;
}

void LiveProgress::draw() {
  const std::size_t width = terminal_width() - 1;
  for (const auto& line : lines_) {
    if (drawn_ == kMaxLiveLines) break;
    std::fprintf(stderr, "%s\n", render(line, width).c_str());
    ++drawn_;
  }
  std::fflush(stderr);
}

void LiveProgress::scroll(const std::string& text) {
  erase();
  std::fprintf(stderr, "%s\n", text.c_str());
  draw();
}

std::string LiveProgress::render(const Line& line, std::size_t width) const {
  const std::chrono::duration<double> taken = Clock::now() - line.started;
  std::string text = fmt::format("[{}] {}", line.group, line.name);
  if (line.total > 0) {
    text += fmt::format("  {}/{}", oci::human_size(line.done), oci::human_size(line.total));
  } else if (line.done > 0) {
    text += "  " + oci::human_size(line.done);
  }
  if (!line.note.empty()) text += "  " + line.note;
  if (taken.count() >= 0.1) text += fmt::format("  {:.1f} s", taken.count());
  if (!line.last_output.empty()) text += "  | " + line.last_output;
  return cut(oci::printable(text), width);
}

std::unique_ptr<oci::ProgressTask> LiveProgress::start(std::string_view group,
                                                       std::string_view name) {
  const std::lock_guard lock(mutex_);
  lines_.push_back({std::string(group), std::string(name), "", ""});
  return std::make_unique<Task>(*this, std::prev(lines_.end()));
}

void LiveProgress::output(std::string_view group, std::string_view line) {
  const std::lock_guard lock(mutex_);
  const auto owner = std::find_if(lines_.rbegin(), lines_.rend(),
                                  [&](const Line& live) { return live.group == group; });
  if (owner != lines_.rend()) owner->last_output = line;
}

void LiveProgress::warn(std::string_view message) {
  if (level_ < LogLevel::kWarn) return;
  const std::lock_guard lock(mutex_);
  scroll(warning_text(message, color_));
}

void LiveProgress::debug(std::string_view message) {
  if (level_ < LogLevel::kDebug) return;
  const std::lock_guard lock(mutex_);
  scroll("debug: " + oci::printable(message));
}

}  // namespace bale::tools
