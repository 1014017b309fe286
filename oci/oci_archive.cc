// SPDX-License-Identifier: Apache-2.0
#include "oci/oci_archive.h"

#include <set>
#include <utility>
#include <vector>

#include "oci/error.h"
#include "oci/image_walk.h"
#include "oci/layout_index.h"
#include "oci/tar_writer.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMaxLayoutFile = 4096;

std::string blob_name(const Digest& digest) {
  return "blobs/" + std::string(digest.algorithm_name()) + "/" + std::string(digest.hex());
}

TarEntry folder_entry(std::string path) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.type = FileType::kDirectory;
  entry.mode = 0755;
  return entry;
}

TarEntry file_entry(std::string path, std::uint64_t size) {
  TarEntry entry;
  entry.path = std::move(path);
  entry.size = size;
  return entry;
}

/// A blob that goes into an archive, and where it comes from.
struct Arrival {
  Descriptor blob;
  const BlobProvider& from;
};

void write_blobs(const std::vector<Arrival>& all, TarWriter& tar) {
  for (const auto& [blob, from] : all) {
    tar.add(file_entry(blob_name(blob.digest), blob.size), *from.open(blob));
  }
}

/// Blobs of other algorithms than sha256 have folders of their own.
void write_folders(const std::vector<Arrival>& all, TarWriter& tar) {
  tar.add(folder_entry("blobs"));
  std::set<std::string> algorithms;
  for (const auto& arrival : all) algorithms.emplace(arrival.blob.digest.algorithm_name());
  for (const auto& algorithm : algorithms) tar.add(folder_entry("blobs/" + algorithm));
}

/// Of all images, each once.
std::vector<Arrival> list_blobs(const std::vector<ArchivedImages>& images) {
  std::vector<Arrival> all;
  std::set<Digest> seen;
  for (const auto& [blobs, roots, absent] : images) {
    const auto add = [&, &from = blobs](const WalkedBlob& walked) {
      const Descriptor& blob = walked.descriptor;
      if (is_foreign(blob) && !from.size(blob.digest)) return;
      if (seen.insert(blob.digest).second) all.push_back({blob, from});
    };
    for (const auto& root : roots) for_each_blob(blobs, root, add, absent);
  }
  return all;
}

}  // namespace

bool OciArchive::is_in(const TarFile& file) {
  return file.size("oci-layout") && file.size("index.json");
}

OciArchive OciArchive::of(TarFile file) {
  const std::string path = file.path().string();
  if (!is_in(file)) {
    throw Error(ErrorCode::kCorrupt, path + " holds no OCI image layout",
                file.size("manifest.json") ? "try docker-archive: in place of oci-archive:" : "");
  }
  check_layout_version(file.read_member("oci-layout", kMaxLayoutFile), path);
  std::string index_json = file.read_member("index.json", kMaxManifestSize);
  try {
    return {std::move(file), std::move(index_json)};
  } catch (const Error& error) {
    throw error.in(path);
  }
}

OciArchive::OciArchive(TarFile file, std::string index_json)
    : file_(std::move(file)),
      index_json_(std::move(index_json)),
      index_(parse_index(index_json_)) {}

std::optional<std::uint64_t> OciArchive::size(const Digest& digest) const {
  return file_.size(blob_name(digest));
}

Descriptor OciArchive::resolve(std::string_view name) const {
  return resolve_entry(index_, name, file_.path().string());
}

std::unique_ptr<Source> OciArchive::do_open(const Descriptor& descriptor) const {
  if (!size(descriptor.digest)) {
    throw Error(ErrorCode::kNotFound,
                "no blob " + descriptor.digest.to_string() + " in " + file_.path().string());
  }
  return file_.open_member(blob_name(descriptor.digest));
}

void write_oci_archive(const std::vector<ArchivedImages>& images, std::string_view index_json,
                       Sink& out) {
  const auto all = list_blobs(images);
  const std::string version = layout_version_json();
  TarWriter tar(out);
  tar.add(file_entry("oci-layout", version.size()), as_bytes(version));
  tar.add(file_entry("index.json", index_json.size()), as_bytes(index_json));
  write_folders(all, tar);
  write_blobs(all, tar);
  tar.finish();
}

}  // namespace bale::oci
