// SPDX-License-Identifier: Apache-2.0
#include "tools/build_request.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <sstream>
#include <thread>
#include <utility>

#include <fmt/format.h>
#include <fmt/ranges.h>

#include "builder/context_tree.h"
#include "builder/git_checkouts.h"
#include "builder/resolve.h"
#include "builder/tree_path.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/pipe_source.h"
#include "tools/annotation_levels.h"
#include "tools/option_values.h"
#include "tools/output_spec.h"
#include "tools/standard_input.h"

namespace bale::tools {

namespace {

constexpr std::size_t kMaxDockerfileSize = std::size_t{16} << 20U;
constexpr const char* kSourceDateEpoch = "SOURCE_DATE_EPOCH";
/// What engines take for a secret.
constexpr std::size_t kMaxSecretSize = std::size_t{500} * 1024;

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

std::optional<std::string> environment(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

std::int64_t parse_number(const std::string& text, const std::string& what) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size()) {
    refuse("invalid " + what + " \"" + text + "\"", "a whole number is expected");
  }
  return value;
}

/// A Dockerfile that was found: what it says, under the name that messages give it.
struct FoundDockerfile {
  builder::Dockerfile dockerfile;
  std::filesystem::path path = {};  ///< "" for one that is no file
};

FoundDockerfile read_dockerfile(const std::filesystem::path& path) {
  return {builder::parse_dockerfile(oci::read_file(path, kMaxDockerfileSize),
                                    path.lexically_normal().string()),
          path};
}

/// From a context that somebody else made: links in it lead nowhere else.
FoundDockerfile read_dockerfile_in(const std::filesystem::path& folder, const std::string& name) {
  const builder::ContextTree tree(folder);
  const auto found = builder::resolve(tree, builder::clean_path(name), builder::LastLink::kFollow);
  if (!found.file || !found.file->is_regular()) {
    throw oci::Error(oci::ErrorCode::kNotFound, "the build context has no file " + name);
  }
  const auto text = builder::read_tree_file(tree, found.path, kMaxDockerfileSize);
  return {builder::parse_dockerfile(text, name), folder / found.path};
}

/// `-f FILE` is a file of the folder where bale is run, else of the context.
FoundDockerfile read_named_dockerfile(const BuildOptions& options,
                                      const BuildContexts::Main& context) {
  if (!context.is_local) return read_dockerfile_in(context.folder, options.file);
  const auto in_context = std::filesystem::path(options.context) / options.file;
  if (std::filesystem::exists(options.file) || !std::filesystem::exists(in_context)) {
    return read_dockerfile(options.file);
  }
  return read_dockerfile(in_context);
}

FoundDockerfile find_dockerfile(const BuildContexts::Main& context, const BuildOptions& options) {
  for (const char* name : {"Containerfile", "Dockerfile"}) {
    if (!std::filesystem::exists(context.folder / name)) continue;
    if (context.is_local) return read_dockerfile(std::filesystem::path(options.context) / name);
    return read_dockerfile_in(context.folder, name);
  }
  throw oci::Error(oci::ErrorCode::kNotFound,
                   "no Containerfile and no Dockerfile in " + options.context,
                   "name one with -f FILE");
}

std::string read_standard_input(const std::stop_token& stop) {
  oci::PipeSource input(standard_input(), stop);
  return oci::read_all(input, kMaxDockerfileSize);
}

FoundDockerfile dockerfile_of(const BuildOptions& options, const BuildContexts::Main& context,
                              const std::stop_token& stop) {
  if (context.dockerfile) {
    if (!options.file.empty()) {
      refuse("the context is a Dockerfile alone, and -f names another", "leave one of them out");
    }
    return {builder::parse_dockerfile(*context.dockerfile, "Dockerfile")};
  }
  if (options.file == "-") {
    if (options.context == "-") refuse("standard input cannot be both Dockerfile and context");
    return {builder::parse_dockerfile(read_standard_input(stop), "Dockerfile")};
  }
  return options.file.empty() ? find_dockerfile(context, options)
                              : read_named_dockerfile(options, context);
}

std::pair<std::string, std::string> split_pair(const std::string& text, const std::string& what) {
  const auto equals = text.find('=');
  if (equals == 0 || equals == std::string::npos) refuse(what + " is K=V, not \"" + text + "\"");
  return {text.substr(0, equals), text.substr(equals + 1)};
}

/// `K=V`, or `K` for the value that it has in the environment, if any.
void add_build_arg(BuildArgs& args, const std::string& text) {
  const auto equals = text.find('=');
  const std::string name = text.substr(0, equals);
  if (name.empty()) refuse("a build argument is K=V or K, not \"" + text + "\"");
  if (equals != std::string::npos) {
    args[name] = text.substr(equals + 1);
  } else if (auto value = environment(name)) {
    args[name] = *std::move(value);
  }
}

/// A number of seconds; or `git` or `context` for the time that the context has: that of its
/// commit, or of the archive it comes from.
std::optional<std::int64_t> source_date_epoch(const BuildOptions& options,
                                              const BuildContexts::Main& context,
                                              const BuildArgs& args) {
  std::string text = options.source_date_epoch;
  if (const auto arg = args.find(kSourceDateEpoch); text.empty() && arg != args.end()) {
    text = arg->second;
  }
  if (text.empty()) text = environment(kSourceDateEpoch).value_or("");
  if (text.empty()) return std::nullopt;
  if (text == "git" || text == "context") {
    return context.time ? *context.time : builder::commit_time(context.folder, {});
  }
  return parse_epoch(text, "--source-date-epoch").time_since_epoch().count();
}

builder::ImageEdits image_edits(const BuildOptions& options) {
  builder::ImageEdits edits;
  for (const auto& label : options.labels) edits.labels.insert(split_pair(label, "--label"));
  AnnotationLevels annotations = parse_annotation_levels(options.annotations);
  edits.index_annotations = std::move(annotations.index);
  edits.manifest_annotations = std::move(annotations.manifest);
  edits.manifest_descriptor_annotations = std::move(annotations.manifest_descriptor);
  edits.unset_env = options.unset_env;
  return edits;
}

/// `90`, `90s`, `10m`, `2h`
std::optional<std::chrono::milliseconds> parse_duration(const std::string& text) {
  if (text.empty()) return std::nullopt;
  const std::map<char, int> units = {{'s', 1}, {'m', 60}, {'h', 3600}};
  const auto unit = units.find(text.back());
  const std::string number = unit == units.end() ? text : text.substr(0, text.size() - 1);
  const std::int64_t count = parse_number(number, "--run-timeout");
  if (count <= 0) refuse("--run-timeout must be more than 0");
  return std::chrono::seconds(count * (unit == units.end() ? 1 : unit->second));
}

std::vector<oci::Platform> platforms(const BuildOptions& options) {
  if (!options.platforms.empty()) {
    return oci::Platform::parse_list(fmt::format("{}", fmt::join(options.platforms, ",")));
  }
  if (const auto list = environment("BUILD_PLATFORMS"); list && !list->empty()) {
    return oci::Platform::parse_list(*list);
  }
  return {oci::Platform::host()};
}

/// `id=ID[,src=FILE|,env=VAR]`
std::pair<std::string, oci::Secret> parse_secret(const std::string& text) {
  std::map<std::string, std::string> fields;
  std::istringstream parts(text);
  for (std::string part; std::getline(parts, part, ',');)
    fields.insert(split_pair(part, "--secret"));
  const std::string id = fields["id"];
  if (id.empty()) refuse("--secret " + text + " has no id", "for instance id=token,src=token.txt");
  const std::string file = fields.contains("src") ? fields["src"] : fields["source"];
  if (!file.empty()) return {id, oci::Secret(oci::read_file(file, kMaxSecretSize))};
  const std::string variable = fields["env"].empty() ? id : fields["env"];
  const auto value = environment(variable);
  if (!value) refuse("--secret " + text + ": $" + variable + " is not set");
  return {id, oci::Secret(*value)};
}

/// `default`, `ID` or `ID=SOCKET`
std::pair<std::string, std::filesystem::path> parse_ssh_agent(const std::string& text) {
  const auto equals = text.find('=');
  if (equals != std::string::npos) return {text.substr(0, equals), text.substr(equals + 1)};
  const auto socket = environment("SSH_AUTH_SOCK");
  if (!socket) refuse("--ssh " + text + ": $SSH_AUTH_SOCK is not set");
  return {text, *socket};
}

builder::RunSettings run_settings(const BuildOptions& options) {
  builder::RunSettings settings;
  settings.podman_options = options.podman_options;
  settings.network = options.network;
  settings.timeout = parse_duration(options.run_timeout);
  for (const auto& secret : options.secrets) settings.secrets.insert(parse_secret(secret));
  for (const auto& agent : options.ssh_agents) settings.ssh_agents.insert(parse_ssh_agent(agent));
  return settings;
}

}  // namespace

BuildArgs build_args(const BuildOptions& options) {
  BuildArgs args;
  for (const auto& file : options.build_arg_files) {
    std::istringstream lines(oci::read_file(file, kMaxDockerfileSize));
    for (std::string line; std::getline(lines, line);) {
      if (!line.empty() && line.front() != '#') add_build_arg(args, line);
    }
  }
  for (const auto& text : options.build_args) add_build_arg(args, text);
  return args;
}

BuildContexts::GitDir git_dir(const BuildArgs& args) {
  const auto keep = args.find("BUILDKIT_CONTEXT_KEEP_GIT_DIR");
  const bool kept = keep != args.end() && (keep->second == "1" || keep->second == "true");
  return kept ? BuildContexts::GitDir::kKeep : BuildContexts::GitDir::kRemove;
}

builder::BuildRequest make_build_request(const BuildOptions& options, const BuildArgs& args,
                                         const BuildContexts::Main& context,
                                         const std::stop_token& stop) {
  FoundDockerfile found = dockerfile_of(options, context, stop);
  builder::BuildRequest request{.dockerfile = std::move(found.dockerfile)};
  request.dockerfile_path = std::move(found.path);
  request.context = context.folder;
  if (!context.is_local) request.context_name = options.context;
  request.ignore_file = options.ignore_file;
  request.platforms = platforms(options);
  request.target = options.target;
  request.edits = image_edits(options);
  request.build_args = args;
  request.edits.source_date_epoch = source_date_epoch(options, context, args);
  if (request.edits.source_date_epoch) {
    request.build_args[kSourceDateEpoch] = std::to_string(*request.edits.source_date_epoch);
  }
  request.layer_options = parse_layer_options(options.packing);
  request.layer_options.clamp_mtime = request.edits.source_date_epoch;
  request.use_cache = !options.no_cache;
  request.allow_run = !options.no_run;
  request.jobs = options.jobs.value_or(0) != 0 ? *options.jobs
                                               : std::max(1U, std::thread::hardware_concurrency());
  request.run_settings = run_settings(options);
  return request;
}

BuildTargets build_targets(const BuildOptions& options) {
  BuildTargets targets;
  for (const auto& tag : options.tags) {
    auto name = oci::Reference::parse(tag).with_default_tag();
    if (name.digest) refuse("-t " + tag + ": a digest cannot be chosen", "name a tag");
    targets.names.push_back(std::move(name));
  }
  if (options.push && targets.names.empty()) {
    refuse("--push has no name to push to", "name the image with -t HOST/REPOSITORY:TAG");
  }
  std::optional<oci::Reference> called;  // in an output
  if (!targets.names.empty()) called = targets.names.front();
  for (const auto& spec : options.outputs) {
    targets.outputs.push_back(parse_output_spec(spec, called));
  }
  return targets;
}

}  // namespace bale::tools
