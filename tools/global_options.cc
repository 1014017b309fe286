// SPDX-License-Identifier: Apache-2.0
#include "tools/global_options.h"

#include <cstdlib>
#include <map>

#include "builder/size_text.h"
#include "oci/error.h"

namespace bale::tools {

namespace {

std::string environment(const char* name) {
  const char* value = std::getenv(name);
  return value == nullptr ? "" : value;
}

const std::map<std::string, ColorMode> kColorModes = {
    {"auto", ColorMode::kAuto}, {"always", ColorMode::kAlways}, {"never", ColorMode::kNever}};
const std::map<std::string, ProgressMode> kProgressModes = {{"auto", ProgressMode::kAuto},
                                                            {"tty", ProgressMode::kTty},
                                                            {"plain", ProgressMode::kPlain},
                                                            {"json", ProgressMode::kJson},
                                                            {"none", ProgressMode::kNone}};
const std::map<std::string, LogLevel> kLogLevels = {{"error", LogLevel::kError},
                                                    {"warn", LogLevel::kWarn},
                                                    {"info", LogLevel::kInfo},
                                                    {"debug", LogLevel::kDebug}};

std::uint64_t parse_rate(const std::string& text) {
  const auto size = builder::parse_size(text);
  if (size && *size > 0) return *size;
  throw oci::Error(oci::ErrorCode::kInvalid, "--rate-limit: \"" + text + "\" is no size",
                   "such as 500k or 10m, of bytes a second");
}

void add_transfer_options(const Command& bale, GlobalOptions& options) {
  const char* heading = "Options for registries";
  bale.number("--retries", options.retries, "How often a failed request is sent again")
      .between(0, 100)
      .under(heading);
  bale.number("--max-concurrent", options.max_concurrent, "Transfers at once to one host")
      .between(1, 64)
      .under(heading);
  bale.each(
          "--rate-limit",
          [&options](const std::string& text) { options.rate_limit = parse_rate(text); }, "SIZE",
          "Bytes a second, over all transfers")
      .under(heading);
}

std::filesystem::path named_store(const GlobalOptions& options) {
  if (!options.store.empty()) return options.store;
  if (const auto store = environment("BALE_STORE"); !store.empty()) return store;
  if (const auto data = environment("XDG_DATA_HOME"); !data.empty()) {
    return std::filesystem::path(data) / "bale";
  }
  if (const auto home = environment("HOME"); !home.empty()) {
    return std::filesystem::path(home) / ".local/share/bale";
  }
  throw oci::Error(oci::ErrorCode::kInvalid, "no place for the local store: $HOME is not set",
                   "name one with --store DIR or $BALE_STORE");
}

}  // namespace

void add_global_options(const Command& bale, GlobalOptions& options) {
  TerminalOptions& terminal = options.terminal;
  for (const Option option : {
           bale.text("--store", options.store, "DIR", "The folder of the local store"),
           bale.text("--authfile", options.authfile, "FILE",
                     "Credentials, in place of the usual files"),
           bale.flag("--tls-verify", options.tls_verify,
                     "Demand https with a valid certificate (true), or allow http too (false)"),
           bale.choice("--log-level", terminal.log_level, kLogLevels, "How much is told"),
           bale.flag("-q,--quiet", options.quiet, "Show no progress"),
           bale.choice("--color", terminal.color, kColorModes, "Colours in messages"),
           bale.choice("--progress", terminal.progress, kProgressModes, "How progress is shown"),
           bale.flag("--offline", options.offline, "Open no socket"),
       }) {
    option.under("Global options");
  }
  add_transfer_options(bale, options);
}

std::filesystem::path store_path(const GlobalOptions& options) {
  return std::filesystem::absolute(named_store(options));
}

}  // namespace bale::tools
