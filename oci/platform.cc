// SPDX-License-Identifier: Apache-2.0
#include "oci/platform.h"

#include <algorithm>
#include <cctype>
#include <tuple>
#include <utility>

#include <sys/utsname.h>

#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::oci {

namespace {

// GOOS and GOARCH values, which the image specification adopts.
const std::vector<std::string> kSystems = {"linux",  "windows", "darwin",  "freebsd",
                                           "netbsd", "openbsd", "solaris", "wasi"};
const std::vector<std::string> kArchitectures = {
    "amd64",   "arm64",    "arm",    "386",    "ppc64le", "ppc64",   "s390x",
    "riscv64", "mips64le", "mips64", "mipsle", "mips",    "loong64", "wasm"};

std::string lower(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return result;
}

std::vector<std::string> split(std::string_view text, char separator) {
  std::vector<std::string> parts;
  while (true) {
    const auto end = text.find(separator);
    parts.emplace_back(text.substr(0, end));
    if (end == std::string_view::npos) return parts;
    text.remove_prefix(end + 1);
  }
}

bool contains(const std::vector<std::string>& list, const std::string& word) {
  return std::find(list.begin(), list.end(), word) != list.end();
}

[[noreturn]] void throw_unknown(std::string_view what, const std::string& word,
                                std::string_view text, const std::vector<std::string>& known) {
  const std::string near = nearest(word, known);
  throw Error(ErrorCode::kInvalid,
              "unknown " + std::string(what) + " \"" + word + "\" in platform \"" +
                  std::string(text) + "\"",
              near.empty() ? "platforms look like linux/amd64 or linux/arm64"
                           : "did you mean \"" + near + "\"?");
}

}  // namespace

Platform normalized(Platform platform) {
  auto& arch = platform.architecture;
  auto& variant = platform.variant;
  platform.os = lower(platform.os);
  arch = lower(arch);
  variant = lower(variant);
  if (platform.os == "macos") platform.os = "darwin";
  if (arch == "x86_64" || arch == "x86-64") arch = "amd64";
  if (arch == "i386" || arch == "i686" || arch == "x86") arch = "386";
  if (arch == "aarch64") arch = "arm64";
  if (arch == "armhf") std::tie(arch, variant) = std::pair("arm", "v7");
  if (arch == "armel") std::tie(arch, variant) = std::pair("arm", "v6");
  if (!variant.empty() && variant.front() >= '0' && variant.front() <= '9') variant = "v" + variant;
  if (arch == "arm64" && variant == "v8") variant.clear();
  if (arch == "amd64" && variant == "v1") variant.clear();
  if (arch == "arm" && variant.empty()) variant = "v7";
  return platform;
}

Platform Platform::parse(std::string_view text) {
  auto parts = split(text, '/');
  const bool shaped = parts.size() <= 3 && std::none_of(parts.begin(), parts.end(),
                                                        [](const auto& p) { return p.empty(); });
  if (!shaped) {
    throw Error(ErrorCode::kInvalid, "invalid platform \"" + std::string(text) + "\"",
                "a platform is OS/ARCH[/VARIANT], for instance linux/arm64");
  }
  if (parts.size() == 1) parts.insert(parts.begin(), "linux");
  parts.resize(3);
  Platform platform = normalized({parts[0], parts[1], parts[2], "", {}});
  if (!contains(kSystems, platform.os)) {
    throw_unknown("operating system", platform.os, text, kSystems);
  }
  if (!contains(kArchitectures, platform.architecture)) {
    throw_unknown("architecture", platform.architecture, text, kArchitectures);
  }
  return platform;
}

std::vector<Platform> Platform::parse_list(std::string_view text) {
  std::vector<Platform> platforms;
  for (const auto& part : split(text, ',')) {
    Platform platform = parse(part);
    if (std::find(platforms.begin(), platforms.end(), platform) == platforms.end()) {
      platforms.push_back(std::move(platform));
    }
  }
  return platforms;
}

Platform Platform::host() {
  utsname name{};
  uname(&name);
  return normalized({lower(name.sysname), name.machine, "", "", {}});
}

std::string Platform::to_string() const {
  std::string text = os + "/" + architecture;
  if (!variant.empty()) text += "/" + variant;
  return text;
}

}  // namespace bale::oci
