// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "oci/error.h"
#include "oci/progress.h"

namespace bale::tools {

enum class ColorMode { kAuto, kAlways, kNever };
enum class ProgressMode { kAuto, kTty, kPlain, kJson, kNone };
enum class LogLevel { kError, kWarn, kInfo, kDebug };

struct TerminalOptions {
  ColorMode color = ColorMode::kAuto;
  ProgressMode progress = ProgressMode::kAuto;
  LogLevel log_level = LogLevel::kInfo;
};

/// Takes the places of standard streams that are closed, before a file or a connection gets their
/// numbers and with it what is printed. Reading and writing them goes on to fail.
void occupy_closed_streams();

/// Writes a result to standard output, and fails if that cannot take it (a full disk behind `>`).
void print(std::string_view text);

/// Writes a result to standard error, where standard output has something else.
void print_aside(std::string_view text);

/// Writes an error to standard error: "bale: MESSAGE", its detail and its hint.
void print_error(const oci::Error& error, bool color);

/// "bale: warning: MESSAGE", and further lines of the message indented below it; no line end.
std::string warning_text(std::string_view message, bool color);

/// Whether messages on standard error are coloured: --color, NO_COLOR, CLICOLOR, CLICOLOR_FORCE.
bool wants_color(ColorMode mode);

/// The Progress that the options and the kind of standard error ask for: live lines on a terminal,
/// else plain lines.
std::unique_ptr<oci::Progress> make_progress(const TerminalOptions& options);

}  // namespace bale::tools
