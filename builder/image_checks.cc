// SPDX-License-Identifier: Apache-2.0
#include "builder/image_checks.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "builder/elf.h"
#include "builder/resolve.h"
#include "oci/bytes.h"

namespace bale::builder {

namespace {

constexpr const char* kDefaultPath =
    "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";  // where an image sets none
constexpr const char* kVersionLabel = "org.opencontainers.image.version";
constexpr std::size_t kStartSize = 256;  // what the kernel reads of a script's first line

/// The word that the image starts, and what a message calls it.
struct StartedWord {
  std::string word;
  std::string role;
};

std::optional<StartedWord> started_word(const oci::RuntimeConfig& config) {
  if (config.entrypoint && !config.entrypoint->empty()) {
    return StartedWord{config.entrypoint->front(), "entrypoint"};
  }
  if (config.cmd && !config.cmd->empty()) return StartedWord{config.cmd->front(), "command"};
  return std::nullopt;
}

std::string search_path(const oci::RuntimeConfig& config) {
  constexpr std::string_view kName = "PATH=";
  for (const auto& assignment : config.env) {
    if (assignment.starts_with(kName)) return assignment.substr(kName.size());
  }
  return kDefaultPath;
}

std::vector<std::string> split_path(const std::string& path) {
  std::vector<std::string> folders;
  for (std::size_t start = 0; start <= path.size();) {
    const auto end = std::min(path.find(':', start), path.size());
    folders.push_back(path.substr(start, end - start));
    start = end + 1;
  }
  return folders;
}

/// The start of a regular file.
std::string start_of(const FileTree& files, const std::string& path) {
  std::string start(kStartSize, '\0');
  const std::array paths = {path};
  files.read(paths, [&](std::size_t, oci::Source& content) {
    start.resize(oci::read_full(content, std::as_writable_bytes(std::span(start))));
  });
  return start;
}

/// The interpreter of a script; nothing where the file is none.
std::optional<std::string> interpreter_of(std::string_view start) {
  constexpr std::string_view kBlanks = " \t";
  if (!start.starts_with("#!")) return std::nullopt;
  start = start.substr(2, start.find('\n') - 2);
  const auto first = start.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return std::string();
  const auto end = start.find_first_of(" \t\r", first);
  return std::string(start.substr(first, end - first));
}

class ProgramCheck {
 public:
  ProgramCheck(const FileTree& files, const oci::ImageConfig& config)
      : files_(files), config_(config) {}

  std::optional<ImageFault> check(const StartedWord& started) const {
    const auto& [word, role] = started;
    if (word.find('/') == std::string::npos) return check_bare(word, role);
    const std::string path = word.starts_with('/') ? word : config_.config.working_dir + "/" + word;
    return check_file(path, role + " " + word, Depth::kProgram);
  }

 private:
  enum class Depth { kProgram, kInterpreter };

  std::optional<ImageFault> check_bare(const std::string& word, const std::string& role) const {
    const std::string search = search_path(config_.config);
    for (const auto& folder : split_path(search)) {
      const auto found = find(folder + "/" + word);
      if (!found.file || !found.file->is_regular()) continue;
      return check_file(folder + "/" + word, role + " " + word, Depth::kProgram);
    }
    return ImageFault{fmt::format("{} \"{}\" is in no folder of PATH ({})", role, word, search),
                      "name it with its folder, or set PATH with ENV"};
  }

  std::optional<ImageFault> check_file(const std::string& path, const std::string& what,
                                       Depth depth) const {
    const auto found = find(path);
    if (!found.file) {
      return ImageFault{what + " is not in the image",
                        "COPY it there, or name the path where it is"};
    }
    if (!found.file->is_regular()) return ImageFault{what + " is no file", ""};
    if ((found.file->entry.mode & 0111U) == 0) {
      return ImageFault{
          fmt::format("{} is not executable (mode {:04o})", what, found.file->entry.mode),
          "COPY it with --chmod=755"};
    }
    return check_content(found.path, what, depth);
  }

  std::optional<ImageFault> check_content(const std::string& path, const std::string& what,
                                          Depth depth) const {
    const std::string start = start_of(files_, path);
    if (const auto machine = elf_machine_of(start)) return check_machine(*machine, what);
    const auto interpreter = interpreter_of(start);
    if (!interpreter) return ImageFault{what + " is neither a program nor a script", ""};
    // An interpreter that is a script itself is as rare as it is legal.
    if (depth == Depth::kInterpreter) return std::nullopt;
    return check_file(*interpreter, what + ": its interpreter " + *interpreter,
                      Depth::kInterpreter);
  }

  std::optional<ImageFault> check_machine(const ElfMachine& machine,
                                          const std::string& what) const {
    const auto expected = elf_machine_of(config_.platform);
    if (!expected || *expected == machine) return std::nullopt;
    const auto name = architecture_of(machine);
    return ImageFault{
        fmt::format("{} is for {}, the image is for {}", what,
                    name.empty() ? "another machine" : name, config_.platform.to_string()),
        "build it for TARGETARCH, or copy it from a stage of the same platform"};
  }

  Resolved find(const std::string& path) const { return resolve(files_, path, LastLink::kFollow); }

  const FileTree& files_;
  const oci::ImageConfig& config_;
};

}  // namespace

std::vector<ImageFault> find_image_faults(const OpenFiles& open_files,
                                          const oci::ImageConfig& config) {
  std::vector<ImageFault> faults;
  const auto started = started_word(config.config);
  if (started && config.platform.os != "windows") {
    const std::shared_ptr<const FileTree> files = open_files();
    if (auto fault = ProgramCheck(*files, config).check(*started)) faults.push_back(*fault);
  }
  const auto version = config.config.labels.find(kVersionLabel);
  if (version != config.config.labels.end() && version->second == "latest") {
    faults.push_back({fmt::format("the label {} says \"latest\"", kVersionLabel),
                      "build from a git tag, or give the version with --label"});
  }
  return faults;
}

}  // namespace bale::builder
