// SPDX-License-Identifier: Apache-2.0
#include "registry/push_memory.h"

#include <algorithm>
#include <utility>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/file_lock.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
#include "oci/new_file.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxFileSize = std::size_t{4} * 1024 * 1024;
constexpr std::size_t kMaxEntries = 100'000;
constexpr int kVersion = 1;

struct Entry {
  std::string repository;
  std::string digest;
  std::set<std::string> tags;
};

Entry parse_entry(const oci::JsonObject& object) {
  const auto tags = object.optional_strings("tags").value_or(std::vector<std::string>{});
  return {object.required_string("repository"),
          object.required_string("digest"),
          {tags.begin(), tags.end()}};
}

/// From the oldest to the newest.
std::vector<Entry> read(const std::filesystem::path& file) {
  try {
    const oci::JsonDocument document(oci::read_file(file, kMaxFileSize), file.string());
    const oci::JsonObject object(document);
    if (object.optional_integer("version") != kVersion) return {};
    std::vector<Entry> entries;
    for (const auto& entry : object.objects("pushed", kMaxEntries)) {
      entries.push_back(parse_entry(entry));
    }
    return entries;
  } catch (const oci::Error&) {  // without it a push asks a question more
    return {};
  }
}

void write_entry(oci::JsonWriter& json, const Entry& entry) {
  json.object([&] {
    json.member("repository", entry.repository);
    json.member("digest", entry.digest);
    json.member("tags", entry.tags);
  });
}

std::string to_json(const std::vector<Entry>& entries) {
  return oci::json_page([&](oci::JsonWriter& json) {
    json.member("version", kVersion);
    json.list("pushed", entries, write_entry);
  });
}

/// Takes the entry out, or makes one.
Entry take(std::vector<Entry>& entries, const std::string& repository, const std::string& digest) {
  const auto found = std::find_if(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.repository == repository && entry.digest == digest;
  });
  if (found == entries.end()) return {repository, digest, {}};
  Entry entry = std::move(*found);
  entries.erase(found);
  return entry;
}

}  // namespace

bool PushMemory::took(const std::string& repository, const oci::Digest& digest) const {
  const std::vector<Entry> entries = read(file_);
  return std::any_of(entries.begin(), entries.end(), [&](const Entry& entry) {
    return entry.repository == repository && entry.digest == digest.to_string();
  });
}

std::set<std::string> PushMemory::tags(const std::string& repository,
                                       const oci::Digest& digest) const {
  std::vector<Entry> entries = read(file_);
  return take(entries, repository, digest.to_string()).tags;
}

void PushMemory::remember(const std::string& repository, const oci::Digest& digest,
                          const std::vector<std::string>& tags) {
  std::filesystem::create_directories(file_.parent_path());
  const auto lock = oci::FileLock::exclusive(file_.parent_path());
  std::vector<Entry> entries = read(file_);
  Entry newest = take(entries, repository, digest.to_string());
  for (const std::string& tag : tags) {
    for (Entry& entry : entries) {
      if (entry.repository == repository) entry.tags.erase(tag);
    }
    newest.tags.insert(tag);
  }
  entries.push_back(std::move(newest));
  if (entries.size() > limit_) entries.erase(entries.begin());
  oci::write_file_atomically(file_, to_json(entries));
}

}  // namespace bale::registry
