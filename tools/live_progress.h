// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <condition_variable>
#include <list>
#include <mutex>
#include <thread>

#include "oci/progress.h"
#include "tools/terminal.h"

namespace bale::tools {

/// Progress on a terminal: what is done scrolls away above, what is under way stands below as one
/// line a task and is drawn anew ten times a second. Owns the thread that draws.
class LiveProgress final : public oci::Progress {
 public:
  LiveProgress(bool color, LogLevel level);
  ~LiveProgress() override;

  std::unique_ptr<oci::ProgressTask> start(std::string_view group, std::string_view name) override;
  void output(std::string_view group, std::string_view line) override;
  void warn(std::string_view message) override;
  void debug(std::string_view message) override;

 private:
  class Task;
  struct Line;

  void draw_loop();
  /// The rest need the lock.
  void erase();
  void draw();
  void scroll(const std::string& text);
  std::string render(const Line& line, std::size_t width) const;

  const bool color_;
  const LogLevel level_;
  std::mutex mutex_;
  std::condition_variable closing_changed_;
  bool closing_ = false;
  std::list<Line> lines_;
  std::size_t drawn_ = 0;  ///< lines of the live part on the screen
  std::thread thread_;
};

}  // namespace bale::tools
