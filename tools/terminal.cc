// SPDX-License-Identifier: Apache-2.0
#include "tools/terminal.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <string>

#include <fcntl.h>
#include <unistd.h>

#include "oci/printable.h"
#include "tools/json_progress.h"
#include "tools/live_progress.h"
#include "tools/plain_progress.h"

namespace bale::tools {

namespace {

bool is_set(const char* variable) {
  const char* value = std::getenv(variable);
  return value != nullptr && *value != '\0';
}

bool is_set_to_more_than_zero(const char* variable) {
  return is_set(variable) && std::string_view(std::getenv(variable)) != "0";
}

void print_lines(std::string_view text) {
  while (!text.empty()) {
    const auto end = text.find('\n');
    std::fprintf(stderr, "  %s\n", oci::printable(text.substr(0, end)).c_str());
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

/// Whoever reads the results has seen enough, as `head` has: no error, but the end.
void end_like_a_filter() {
  std::signal(SIGPIPE, SIG_DFL);
  std::raise(SIGPIPE);
}

}  // namespace

void occupy_closed_streams() {
  for (const int stream : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO}) {
    if (::fcntl(stream, F_GETFD) != -1) continue;
    // The lowest number that is free is given out, and open for the other direction alone.
    ::open("/dev/null", stream == STDIN_FILENO ? O_WRONLY : O_RDONLY);
  }
}

void print(std::string_view text) {
  const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size();
  if (!written || std::fflush(stdout) != 0) {
    if (errno == EPIPE) end_like_a_filter();
    throw oci::errno_error("writing to standard output");
  }
}

void print_aside(std::string_view text) { std::fwrite(text.data(), 1, text.size(), stderr); }

void print_error(const oci::Error& error, bool color) {
  std::fprintf(stderr, "%sbale: error:%s %s\n", color ? "\x1b[1;31m" : "", color ? "\x1b[0m" : "",
               oci::printable(error.what()).c_str());
  print_lines(error.detail());
  if (!error.hint().empty()) {
    std::fprintf(stderr, "  %shint:%s %s\n", color ? "\x1b[36m" : "", color ? "\x1b[0m" : "",
                 oci::printable(error.hint()).c_str());
  }
}

std::string warning_text(std::string_view message, bool color) {
  std::string text = color ? "\x1b[1;33mbale: warning:\x1b[0m " : "bale: warning: ";
  while (true) {
    const auto end = message.find('\n');
    text += oci::printable(message.substr(0, end));
    if (end == std::string_view::npos) return text;
    message.remove_prefix(end + 1);
    text += "\n  ";
  }
}

bool wants_color(ColorMode mode) {
  if (mode != ColorMode::kAuto) return mode == ColorMode::kAlways;
  if (is_set("NO_COLOR")) return false;
  if (is_set_to_more_than_zero("CLICOLOR_FORCE")) return true;
  if (is_set("CLICOLOR") && !is_set_to_more_than_zero("CLICOLOR")) return false;
  return ::isatty(STDERR_FILENO) == 1;
}

std::unique_ptr<oci::Progress> make_progress(const TerminalOptions& options) {
  const bool color = wants_color(options.color);
  switch (options.progress) {
    case ProgressMode::kAuto:
      if (::isatty(STDERR_FILENO) == 1 && !is_set("CI")) break;
      return std::make_unique<PlainProgress>(color, options.log_level);
    case ProgressMode::kTty:
      break;
    case ProgressMode::kPlain:
      return std::make_unique<PlainProgress>(color, options.log_level);
    case ProgressMode::kJson:
      return std::make_unique<JsonProgress>();
    case ProgressMode::kNone:
      return std::make_unique<PlainProgress>(color, std::min(options.log_level, LogLevel::kWarn));
  }
  return std::make_unique<LiveProgress>(color, options.log_level);
}

}  // namespace bale::tools
