// SPDX-License-Identifier: Apache-2.0
#include "registry/upload_journal.h"

#include <system_error>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
#include "oci/new_file.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxFileSize = std::size_t{64} * 1024;
constexpr int kVersion = 1;

}  // namespace

std::optional<UploadJournal::Entry> UploadJournal::find(const std::string& repository,
                                                        const oci::Digest& blob) const {
  const std::filesystem::path file = file_of(repository, blob);
  try {
    const oci::JsonDocument document(oci::read_file(file, kMaxFileSize), file.string());
    const oci::JsonObject object(document);
    const std::int64_t offset = object.optional_integer("offset").value_or(0);
    const bool ours = object.optional_integer("version") == kVersion &&
                      object.required_string("repository") == repository &&
                      object.required_string("digest") == blob.to_string() && offset >= 0;
    if (!ours) return std::nullopt;
    return Entry{Url::parse(object.required_string("location")),
                 static_cast<std::uint64_t>(offset)};
  } catch (const oci::Error&) {  // then the blob is sent from its start
    return std::nullopt;
  }
}

void UploadJournal::keep(const std::string& repository, const oci::Digest& blob,
                         const Entry& entry) {
  const std::string text = oci::json_page([&](oci::JsonWriter& json) {
    json.member("version", kVersion);
    json.member("repository", repository);
    json.member("digest", blob.to_string());
    json.member("location", entry.location.to_string());
    json.member("offset", entry.offset);
  });
  std::filesystem::create_directories(folder_);
  oci::write_file_atomically(file_of(repository, blob), text, 0600);
}

void UploadJournal::forget(const std::string& repository, const oci::Digest& blob) {
  std::error_code ignored;
  std::filesystem::remove(file_of(repository, blob), ignored);
}

std::filesystem::path UploadJournal::file_of(const std::string& repository,
                                             const oci::Digest& blob) const {
  const oci::Digest key = oci::Digest::of(oci::as_bytes(repository + "@" + blob.to_string()));
  return folder_ / (std::string(key.hex()) + ".json");
}

}  // namespace bale::registry
