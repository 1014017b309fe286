// SPDX-License-Identifier: Apache-2.0
#include "tools/push_memory.h"

#include <sstream>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::tools {

namespace {

constexpr std::size_t kMaxFileSize = std::size_t{1} << 20U;
/// Old lines are forgotten by starting anew: a push then asks one question more.
constexpr std::size_t kMaxLines = 4000;

std::string read_if_there(const std::filesystem::path& file) {
  try {
    return oci::read_file(file, kMaxFileSize);
  } catch (const oci::Error&) {
    return "";
  }
}

}  // namespace

PushMemory::PushMemory(const std::filesystem::path& cache_folder, const std::string& repository)
    : file_(cache_folder / "pushed" /
            std::string(oci::Digest::of(oci::as_bytes(repository)).hex())) {
  std::istringstream lines(read_if_there(file_));
  for (std::string line; std::getline(lines, line);) lines_.insert(line);
}

bool PushMemory::knows(const oci::Digest& digest) const {
  return lines_.contains(digest.to_string());
}

std::set<std::string> PushMemory::tags_of(const oci::Digest& digest) const {
  const std::string prefix = digest.to_string() + " ";
  std::set<std::string> tags;
  for (auto line = lines_.lower_bound(prefix); line != lines_.end() && line->starts_with(prefix);
       ++line) {
    tags.insert(line->substr(prefix.size()));
  }
  return tags;
}

void PushMemory::remember(const oci::Digest& digest, const std::set<std::string>& tags) {
  const std::size_t before = lines_.size();
  if (before > kMaxLines) lines_.clear();
  lines_.insert(digest.to_string());
  for (const auto& tag : tags) lines_.insert(digest.to_string() + " " + tag);
  if (lines_.size() == before) return;
  std::string text;
  for (const auto& line : lines_) text += line + "\n";
  std::filesystem::create_directories(file_.parent_path());
  oci::write_file_atomically(file_, text);
}

}  // namespace bale::tools
