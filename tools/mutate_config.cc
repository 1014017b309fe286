// SPDX-License-Identifier: Apache-2.0
#include "tools/mutate_config.h"

#include <cstdlib>
#include <utility>

#include "builder/duration.h"
#include "builder/expose_ports.h"
#include "builder/stop_signal.h"
#include "oci/error.h"
#include "oci/json.h"
#include "oci/rfc3339.h"
#include "tools/annotation_levels.h"
#include "tools/option_values.h"

namespace bale::tools {

namespace {

using Words = std::vector<std::string>;

std::set<std::string> set_of(const Words& list) { return {list.begin(), list.end()}; }

std::optional<std::string> given(const std::string& text) {
  return text.empty() ? std::nullopt : std::optional(text);
}

/// What is set, or with --unset-… nothing.
std::optional<std::string> value_of(const std::optional<std::string>& set, bool unset) {
  return unset ? std::optional<std::string>("") : set;
}

Words parse_list(const std::string& text, const std::string& option) {
  try {
    return oci::parse_json(text, option).get<Words>();
  } catch (const std::exception&) {
    throw oci::Error(oci::ErrorCode::kInvalid, option + " " + text + ": not a list of strings",
                     "for instance " + option + " '[\"/app\", \"--flag\"]'");
  }
}

/// `["/app", "--flag"]` as it is; other text is one word, as `podman run --entrypoint` has it.
std::optional<Words> parse_arguments(const std::optional<std::string>& text,
                                     const std::string& option) {
  if (!text) return std::nullopt;
  if (text->starts_with('[')) return parse_list(*text, option);
  return text->empty() ? Words{} : Words{*text};
}

/// `none`, a list as Dockerfiles have it, or the text of a shell, as `podman --health-cmd`.
Words parse_health_test(const std::string& text) {
  if (text == "none" || text == "NONE") return {"NONE"};
  if (!text.starts_with('[')) return {"CMD-SHELL", text};
  Words words = parse_list(text, "--healthcheck");
  const bool says_kind = !words.empty() && (words.front() == "CMD" || words.front() == "NONE" ||
                                            words.front() == "CMD-SHELL");
  if (!says_kind) words.insert(words.begin(), "CMD");
  return words;
}

std::optional<std::int64_t> parse_duration(const std::optional<std::string>& text,
                                           const std::string& option) {
  constexpr std::int64_t kMinimum = 1'000'000;  // Docker's: a shorter time is a forgotten unit
  if (!text) return std::nullopt;
  const auto value = builder::parse_duration(*text);
  if (value && (*value == 0 || *value >= kMinimum)) return value;
  throw oci::Error(oci::ErrorCode::kInvalid, option + " " + *text + ": no duration",
                   "write 30s, 1m30s or 500ms");
}

oci::HealthcheckEdit healthcheck_edit(const HealthcheckOptions& options) {
  oci::HealthcheckEdit edit;
  edit.unset = options.unset || options.test == "";
  if (options.test && !edit.unset) edit.test = parse_health_test(*options.test);
  edit.interval = parse_duration(options.interval, "--health-interval");
  edit.timeout = parse_duration(options.timeout, "--health-timeout");
  edit.start_period = parse_duration(options.start_period, "--health-start-period");
  edit.start_interval = parse_duration(options.start_interval, "--health-start-interval");
  if (options.retries) edit.retries = parse_count(*options.retries, "--health-retries");
  return edit;
}

std::set<std::string> parse_ports(const Words& texts) {
  std::set<std::string> ports;
  for (const auto& text : texts) ports.merge(set_of(builder::expose_ports(text)));
  return ports;
}

/// Other tools may have left the protocol out, or written what is no port.
std::set<std::string> parse_unset_ports(const Words& texts) {
  std::set<std::string> ports = set_of(texts);
  for (const auto& text : texts) {
    if (text.find('/') == std::string::npos) ports.insert(text + "/tcp");
  }
  return ports;
}

/// What starts a container refuses a path that depends on where it is.
void check_path(const std::string& path, const std::string& option) {
  const bool drive = path.size() > 1 && path[1] == ':';  // of Windows
  if (path.starts_with('/') || drive) return;
  throw oci::Error(oci::ErrorCode::kInvalid, option + " \"" + path + "\": not an absolute path",
                   "begin it with /");
}

void check_values(const MutateOptions& options) {
  if (!options.workdir.value_or("").empty()) check_path(*options.workdir, "--workdir");
  for (const auto& volume : options.volumes) check_path(volume, "--volume");
  if (!options.stop_signal.value_or("").empty()) builder::check_stop_signal(*options.stop_signal);
}

}  // namespace

oci::ConfigEdit config_edit(const MutateOptions& options) {
  check_values(options);
  parse_pairs(options.env, "--env");  // for what it refuses; the order is that of the options
  oci::ConfigEdit edit{.env = options.env, .labels = parse_pairs(options.labels, "--label")};
  edit.entrypoint =
      options.unset_entrypoint ? Words{} : parse_arguments(options.entrypoint, "--entrypoint");
  edit.cmd = options.unset_cmd ? Words{} : parse_arguments(options.cmd, "--cmd");
  edit.user = value_of(options.user, options.unset_user);
  edit.working_dir = value_of(options.workdir, options.unset_workdir);
  edit.stop_signal = value_of(options.stop_signal, options.unset_stop_signal);
  edit.author = options.author;
  edit.healthcheck = healthcheck_edit(options.healthcheck);
  edit.exposed_ports = parse_ports(options.ports);
  edit.volumes = set_of(options.volumes);
  edit.unset_env = set_of(options.unset_env);
  edit.unset_labels = set_of(options.unset_labels);
  edit.unset_ports = parse_unset_ports(options.unset_ports);
  edit.unset_volumes = set_of(options.unset_volumes);
  if (!options.created.empty()) edit.created = latest_time(options);
  return edit;
}

oci::ImageEdit document_edit(const MutateOptions& options) {
  oci::ImageEdit edit;
  AnnotationLevels annotations = parse_annotation_levels(options.annotations);
  edit.index_annotations = std::move(annotations.index);
  edit.manifest_annotations = std::move(annotations.manifest);
  edit.descriptor_annotations = std::move(annotations.manifest_descriptor);
  edit.unset_annotations = set_of(options.unset_annotations);
  edit.platform.os = given(options.os);
  edit.platform.architecture = given(options.architecture);
  edit.platform.variant = given(options.variant);
  edit.platform.os_version = given(options.os_version);
  edit.format = options.format;
  edit.attestations = options.attestations;
  return edit;
}

std::optional<std::chrono::sys_seconds> latest_time(const MutateOptions& options) {
  if (!options.created.empty()) return parse_time(options.created, "--created");
  const char* epoch = std::getenv("SOURCE_DATE_EPOCH");
  if (epoch == nullptr || *epoch == '\0') return std::nullopt;
  return parse_epoch(epoch, "SOURCE_DATE_EPOCH");
}

oci::History history_line(const MutateOptions& options, const oci::ImageDraft& draft,
                          std::string created_by) {
  const auto latest = latest_time(options);
  oci::History line;
  line.created = latest ? oci::rfc3339(*latest) : oci::parse_image_config(draft.config).created;
  line.created_by = options.created_by.empty() ? std::move(created_by) : options.created_by;
  line.author = options.author.value_or("");
  line.comment = options.comment;
  return line;
}

}  // namespace bale::tools
