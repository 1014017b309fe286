// SPDX-License-Identifier: Apache-2.0
#include "registry/registries_conf.h"

#include <algorithm>
#include <cstdlib>
#include <utility>

#include <toml++/toml.h>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxFileSize = std::size_t{1} * 1024 * 1024;

std::string environment(const char* name) {
  const char* value = std::getenv(name);  // NOLINT(concurrency-mt-unsafe)
  return value == nullptr ? std::string() : std::string(value);
}

bool is_wildcard(std::string_view prefix) { return prefix.substr(0, 2) == "*."; }

/// Whether a rule for `prefix` is about the image `HOST/REPOSITORY`.
bool matches(const std::string& prefix, const std::string& name) {
  if (is_wildcard(prefix)) {
    const std::string host = name.substr(0, name.find('/'));
    const std::string ending = prefix.substr(1);
    return host.size() > ending.size() &&
           host.compare(host.size() - ending.size(), ending.size(), ending) == 0;
  }
  return name.compare(0, prefix.size(), prefix) == 0 &&
         (name.size() == prefix.size() || name[prefix.size()] == '/');
}

/// The name with what `prefix` matched replaced by `location`.
std::string rewritten(const std::string& name, const std::string& prefix,
                      const std::string& location) {
  if (location.empty()) return name;
  const std::size_t matched = is_wildcard(prefix) ? name.find('/') : prefix.size();
  return location + name.substr(matched);
}

Endpoint endpoint_of(const std::string& name, bool insecure, bool mirror) {
  const std::size_t slash = name.find('/');
  if (slash == std::string::npos) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "registries.conf makes '" + name + "' of an image, which has no repository");
  }
  return {name.substr(0, slash), name.substr(slash + 1), insecure, mirror};
}

std::vector<std::filesystem::path> conf_files(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  std::error_code ignored;  // a folder that is not there has no files
  for (const auto& entry : std::filesystem::directory_iterator(folder, ignored)) {
    if (entry.path().extension() == ".conf") files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  return files;
}

}  // namespace

/// Reads one document into a conf.
class RegistriesConf::Parser {
 public:
  Parser(RegistriesConf& conf, const std::string& file) : conf_(conf), file_(file) {}

  void parse(std::string_view text) {
    const toml::table document = parse_toml(text);
    if (const auto* registries = document["registry"].as_array()) {
      registries->for_each([this](const toml::table& table) { add_rule(table); });
    }
    if (const auto* aliases = document["aliases"].as_table()) {
      for (const auto& [name, value] : *aliases) {
        conf_.aliases_.insert_or_assign(std::string(name.str()), value.value_or(std::string()));
      }
    }
  }

 private:
  toml::table parse_toml(std::string_view text) const {
    try {
      return toml::parse(text, file_);
    } catch (const toml::parse_error& error) {
      throw oci::Error(oci::ErrorCode::kInvalid, file_ + ":" +
                                                     std::to_string(error.source().begin.line) +
                                                     ": " + std::string(error.description()));
    }
  }

  void add_rule(const toml::table& table) {
    Rule rule;
    rule.location = table["location"].value_or(std::string());
    rule.prefix = table["prefix"].value_or(rule.location);
    rule.insecure = table["insecure"].value_or(false);
    rule.blocked = table["blocked"].value_or(false);
    if (rule.prefix.empty()) fail(table, "a registry needs a prefix or a location");
    const bool by_digest = table["mirror-by-digest-only"].value_or(false);
    if (const auto* mirrors = table["mirror"].as_array()) {
      mirrors->for_each([&](const toml::table& mirror) { add_mirror(rule, mirror, by_digest); });
    }
    conf_.rules_.insert_or_assign(rule.prefix, rule);
  }

  void add_mirror(Rule& rule, const toml::table& table, bool by_digest) const {
    Mirror mirror;
    mirror.location = table["location"].value_or(std::string());
    mirror.insecure = table["insecure"].value_or(false);
    mirror.pull_from = pull_from(table, by_digest);
    if (mirror.location.empty()) fail(table, "a mirror needs a location");
    rule.mirrors.push_back(std::move(mirror));
  }

  PullFrom pull_from(const toml::table& table, bool by_digest) const {
    const auto word = table["pull-from-mirror"].value<std::string>();
    if (!word || word->empty()) return by_digest ? PullFrom::kDigestOnly : PullFrom::kAll;
    if (*word == "all") return PullFrom::kAll;
    if (*word == "digest-only") return PullFrom::kDigestOnly;
    if (*word == "tag-only") return PullFrom::kTagOnly;
    fail(table, "pull-from-mirror is all, digest-only or tag-only, not '" + *word + "'");
  }

  [[noreturn]] void fail(const toml::table& table, const std::string& message) const {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     file_ + ":" + std::to_string(table.source().begin.line) + ": " + message);
  }

  RegistriesConf& conf_;
  const std::string& file_;
};

RegistriesConf RegistriesConf::load(const Files& files) {
  RegistriesConf conf;
  const auto main = std::find_if(files.main.begin(), files.main.end(),
                                 [](const auto& path) { return std::filesystem::exists(path); });
  if (main != files.main.end()) conf.merge(oci::read_file(*main, kMaxFileSize), main->string());
  for (const auto& folder : files.folders) {
    for (const auto& path : conf_files(folder)) {
      conf.merge(oci::read_file(path, kMaxFileSize), path.string());
    }
  }
  return conf;
}

RegistriesConf::Files RegistriesConf::default_files() {
  Files files;
  const std::string named = environment("CONTAINERS_REGISTRIES_CONF");
  std::string config = environment("XDG_CONFIG_HOME");
  if (config.empty()) config = environment("HOME") + "/.config";
  if (!named.empty()) {
    files.main = {named};
  } else {
    files.main = {config + "/containers/registries.conf", "/etc/containers/registries.conf"};
  }
  files.folders = {"/etc/containers/registries.conf.d", config + "/containers/registries.conf.d"};
  return files;
}

void RegistriesConf::merge(std::string_view toml, const std::string& file) {
  Parser(*this, file).parse(toml);
}

const RegistriesConf::Rule* RegistriesConf::find(const std::string& name) const {
  const Rule* best = nullptr;
  for (const auto& [prefix, rule] : rules_) {
    if (matches(prefix, name) && (!best || prefix.size() > best->prefix.size())) best = &rule;
  }
  return best;
}

bool RegistriesConf::serves(const Mirror& mirror, const oci::Reference& image) {
  switch (mirror.pull_from) {
    case PullFrom::kAll:
      return true;
    case PullFrom::kDigestOnly:
      return image.digest.has_value();
    case PullFrom::kTagOnly:
      return !image.digest.has_value();
  }
  return true;
}

std::vector<Endpoint> RegistriesConf::endpoints(const oci::Reference& image,
                                                Direction direction) const {
  const std::string name = image.name();
  const Rule* rule = find(name);
  if (rule == nullptr) return {endpoint_of(name, false, false)};
  if (rule->blocked) {
    throw oci::Error(oci::ErrorCode::kDenied,
                     "registries.conf blocks " + rule->prefix + ", where " + name + " is");
  }
  std::vector<Endpoint> endpoints;
  if (direction == Direction::kPull) {
    for (const Mirror& mirror : rule->mirrors) {
      if (!serves(mirror, image)) continue;
      endpoints.push_back(
          endpoint_of(rewritten(name, rule->prefix, mirror.location), mirror.insecure, true));
    }
  }
  endpoints.push_back(
      endpoint_of(rewritten(name, rule->prefix, rule->location), rule->insecure, false));
  return endpoints;
}

std::optional<std::string> RegistriesConf::alias(std::string_view short_name) const {
  const auto found = aliases_.find(short_name);
  if (found == aliases_.end() || found->second.empty()) return std::nullopt;
  return found->second;
}

}  // namespace bale::registry
