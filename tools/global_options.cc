// SPDX-License-Identifier: Apache-2.0
#include "tools/global_options.h"

#include <cstdlib>
#include <map>

#include <CLI/CLI.hpp>

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

/// An option whose words stand for the values of an enum.
template <typename T>
CLI::Option* add_choice(CLI::App& app, const std::string& name, T& target,
                        const std::map<std::string, T>& words, const std::string& help) {
  return app
      .add_option_function<std::string>(
          name, [&target, &words](const std::string& word) { target = words.at(word); }, help)
      ->check(CLI::IsMember(&words));
}

void set_rate_limit(GlobalOptions& options, const std::string& text) {
  const auto size = builder::parse_size(text);
  if (!size || *size == 0)
    throw CLI::ValidationError("--rate-limit", "\"" + text + "\" is no size");
  options.rate_limit = *size;
}

void add_transfer_options(CLI::App& app, GlobalOptions& options) {
  const char* group = "Options for registries";
  app.add_option("--retries", options.retries, "How often a failed request is sent again")
      ->type_name("N")
      ->check(CLI::Range(0, 100))
      ->group(group);
  app.add_option("--max-concurrent", options.max_concurrent, "Transfers at once to one host")
      ->type_name("N")
      ->check(CLI::Range(1, 64))
      ->group(group);
  app.add_option_function<std::string>(
         "--rate-limit", [&options](const std::string& text) { set_rate_limit(options, text); },
         "Bytes a second, over all transfers")
      ->type_name("SIZE")
      ->group(group);
}

}  // namespace

void add_global_options(CLI::App& app, GlobalOptions& options) {
  const char* group = "Global options";
  app.add_option("--store", options.store, "The folder of the local store")
      ->type_name("DIR")
      ->group(group);
  app.add_option("--authfile", options.authfile, "Credentials, in place of the usual files")
      ->type_name("FILE")
      ->group(group);
  app.add_flag("--tls-verify{true}", options.tls_verify,
               "Demand https with a valid certificate (true), or allow http too (false)")
      ->group(group);
  add_choice(app, "--log-level", options.terminal.log_level, kLogLevels, "How much is told")
      ->group(group);
  app.add_flag("-q,--quiet", options.quiet, "Show no progress")->group(group);
  add_choice(app, "--color", options.terminal.color, kColorModes, "Colours in messages")
      ->group(group);
  add_choice(app, "--progress", options.terminal.progress, kProgressModes, "How progress is shown")
      ->group(group);
  app.add_flag("--offline", options.offline, "Open no socket")->group(group);
  add_transfer_options(app, options);
}

std::filesystem::path store_path(const GlobalOptions& options) {
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

}  // namespace bale::tools
