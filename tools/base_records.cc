// SPDX-License-Identifier: Apache-2.0
#include "tools/base_records.h"

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
#include "oci/new_file.h"

namespace bale::tools {

namespace {

constexpr std::size_t kMaxRecordSize = std::size_t{64} * 1024;

}  // namespace

BaseRecords::BaseRecords(const std::filesystem::path& cache_folder)
    : folder_(cache_folder / "bases") {}

std::filesystem::path BaseRecords::path_of(const builder::BaseImage& image) const {
  const std::string key = image.reference.to_string() + " " + image.platform.to_string();
  return folder_ / std::string(oci::Digest::of(oci::as_bytes(key)).hex());
}

std::optional<oci::Descriptor> BaseRecords::find(const builder::BaseImage& image) const {
  try {
    const oci::JsonDocument record(oci::read_file(path_of(image), kMaxRecordSize), "base record");
    return oci::parse_descriptor(oci::JsonObject(record));
  } catch (const oci::Error&) {
    return std::nullopt;  // not there, or damaged: the registry is asked again
  }
}

void BaseRecords::put(const builder::BaseImage& image, const oci::Descriptor& manifest) {
  std::filesystem::create_directories(folder_);
  oci::write_file_atomically(path_of(image), oci::json_text(manifest));
}

}  // namespace bale::tools
