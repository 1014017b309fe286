// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/reference.h"
#include "registry/endpoint.h"

namespace bale::registry {

/// What is to be done in a registry: mirrors are for reading.
enum class Direction { kPull, kPush };

/// Where registries are looked for: containers-registries.conf(5), version 2. A value.
class RegistriesConf {
 public:
  /// The files, the first of `main` that exists and every `*.conf` of the folders by name; what a
  /// later one says of a prefix replaces what an earlier one said. Throws kInvalid with file and
  /// line.
  struct Files {
    std::vector<std::filesystem::path> main;
    std::vector<std::filesystem::path> folders;
  };
  static RegistriesConf load(const Files& files);
  /// The places that podman reads, `CONTAINERS_REGISTRIES_CONF` first.
  static Files default_files();
  /// Adds what one document says.
  void merge(std::string_view toml, const std::string& file);

  /// The places of an image in the order in which they are to be tried: mirrors, then the registry
  /// itself. Throws kDenied where it is blocked.
  std::vector<Endpoint> endpoints(const oci::Reference& image, Direction direction) const;

  /// The full name that a short one stands for (`[aliases]`).
  std::optional<std::string> alias(std::string_view short_name) const;

 private:
  enum class PullFrom { kAll, kDigestOnly, kTagOnly };
  struct Mirror {
    std::string location;
    bool insecure = false;
    PullFrom pull_from = PullFrom::kAll;
  };
  struct Rule {
    std::string prefix;
    std::string location;  ///< "" where names are not rewritten
    bool insecure = false;
    bool blocked = false;
    std::vector<Mirror> mirrors;
  };
  class Parser;

  const Rule* find(const std::string& name) const;
  static bool serves(const Mirror& mirror, const oci::Reference& image);

  std::map<std::string, Rule> rules_;  // by prefix
  std::map<std::string, std::string, std::less<>> aliases_;
};

}  // namespace bale::registry
