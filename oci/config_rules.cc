// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <string>

#include "oci/document_rules.h"
#include "oci/rfc3339.h"

namespace bale::oci {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

void check_time(const CheckedObject& object, std::string_view key) {
  const auto text = object.text(key, Presence::kOptional);
  if (text && !text->empty() && !parse_rfc3339(*text)) {
    object.fault(key, "not a time of RFC 3339: \"" + *text + "\"");
  }
}

/// `PORT`, `PORT/tcp`, `PORT/udp`
bool is_port(std::string_view text) {
  constexpr std::size_t kMaxDigits = 5;
  const auto slash = text.find('/');
  const auto number = text.substr(0, slash);
  const bool digits = !number.empty() && number.size() <= kMaxDigits &&
                      std::all_of(number.begin(), number.end(), is_digit);
  if (!digits || std::stoul(std::string(number)) > 65535) return false;
  if (slash == std::string_view::npos) return true;
  constexpr std::array<std::string_view, 3> kProtocols = {"tcp", "udp", "sctp"};
  return std::find(kProtocols.begin(), kProtocols.end(), text.substr(slash + 1)) !=
         kProtocols.end();
}

/// Docker's, which image-spec reserves the name for.
void check_healthcheck(const CheckedObject& check) {
  const auto test = check.texts("Test", Presence::kOptional);
  const bool known =
      test.empty() || test[0] == "NONE" || test[0] == "CMD" || test[0] == "CMD-SHELL";
  if (!known) check.fault("Test", "begins with \"" + test[0] + "\", not NONE, CMD or CMD-SHELL");
  for (const char* key : {"Interval", "Timeout", "StartPeriod", "StartInterval", "Retries"}) {
    if (check.integer(key, Presence::kOptional).value_or(0) < 0) check.fault(key, "negative");
  }
}

void check_runtime(const CheckedObject& runtime) {
  if (const auto check = runtime.object("Healthcheck", Presence::kOptional)) {
    check_healthcheck(*check);
  }
  runtime.text("User", Presence::kOptional);
  runtime.text("WorkingDir", Presence::kOptional);
  runtime.text("StopSignal", Presence::kOptional);
  runtime.texts("Entrypoint", Presence::kOptional);
  runtime.texts("Cmd", Presence::kOptional);
  runtime.texts("Shell", Presence::kOptional);
  runtime.texts("OnBuild", Presence::kOptional);
  runtime.check_boolean("ArgsEscaped");
  runtime.check_text_map("Labels");
  runtime.set_keys("Volumes");
  for (const auto& port : runtime.set_keys("ExposedPorts")) {
    if (!is_port(port)) runtime.fault("ExposedPorts", "not a port: \"" + port + "\"");
  }
  for (const auto& variable : runtime.texts("Env", Presence::kOptional)) {
    const auto equals = variable.find('=');
    if (equals == 0 || equals == std::string::npos) {
      runtime.fault("Env", "not NAME=VALUE: \"" + variable + "\"");
    }
  }
}

std::optional<std::vector<DiffId>> check_rootfs(const CheckedObject& config, std::size_t layers) {
  const auto rootfs = config.object("rootfs", Presence::kRequired);
  if (!rootfs) return std::nullopt;
  const auto type = rootfs->text("type", Presence::kRequired);
  if (type && *type != "layers") rootfs->fault("type", "must be \"layers\"");
  const auto texts = rootfs->texts("diff_ids", Presence::kRequired);
  std::vector<DiffId> diff_ids;
  for (const auto& text : texts) {
    if (auto digest = Digest::try_parse(text)) {
      diff_ids.emplace_back(*std::move(digest));
    } else {
      rootfs->fault("diff_ids", "not a digest: \"" + text + "\"");
    }
  }
  if (texts.size() != layers) {
    rootfs->fault("diff_ids", "has " + std::to_string(texts.size()) + " entries for " +
                                  std::to_string(layers) + " layers");
  }
  if (diff_ids.size() != texts.size()) return std::nullopt;
  return diff_ids;
}

void check_history(const CheckedObject& config, std::size_t layers) {
  const auto history = config.objects("history", Presence::kOptional);
  if (!history) return;
  std::size_t made_layers = 0;
  for (const auto& line : *history) {
    check_time(line, "created");
    for (const char* key : {"created_by", "author", "comment"}) line.text(key, Presence::kOptional);
    line.check_boolean("empty_layer");
    const auto empty = line.find("empty_layer");
    if (!empty || empty->kind() != JsonKind::kTrue) ++made_layers;
  }
  if (!history->empty() && made_layers != layers) {
    config.fault("history", "tells of " + std::to_string(made_layers) + " layers, there are " +
                                std::to_string(layers));
  }
}

std::optional<Platform> check_platform(const CheckedObject& config) {
  const auto os = config.text("os", Presence::kRequired);
  const auto architecture = config.text("architecture", Presence::kRequired);
  if (!os || !architecture) return std::nullopt;
  if (os->empty()) config.fault("os", "empty");
  if (architecture->empty()) config.fault("architecture", "empty");
  Platform platform;
  platform.os = *os;
  platform.architecture = *architecture;
  platform.variant = config.text("variant", Presence::kOptional).value_or("");
  platform.os_version = config.text("os.version", Presence::kOptional).value_or("");
  platform.os_features = config.texts("os.features", Presence::kOptional);
  return platform;
}

}  // namespace

ConfigFacts check_image_config(const CheckedObject& config, std::size_t layers) {
  check_time(config, "created");
  config.text("author", Presence::kOptional);
  if (const auto runtime = config.object("config", Presence::kOptional)) check_runtime(*runtime);
  ConfigFacts facts;
  facts.platform = check_platform(config);
  facts.diff_ids = check_rootfs(config, layers);
  check_history(config, layers);
  return facts;
}

}  // namespace bale::oci
