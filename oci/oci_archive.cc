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

void write_blobs(const BlobProvider& blobs, const std::vector<WalkedBlob>& all, TarWriter& tar) {
  for (const auto& [blob, role] : all) {
    if (is_foreign(blob) && !blobs.size(blob.digest)) continue;
    tar.add(file_entry(blob_name(blob.digest), blob.size), *blobs.open(blob));
  }
}

/// Blobs of other algorithms than sha256 have folders of their own.
void write_folders(const std::vector<WalkedBlob>& all, TarWriter& tar) {
  tar.add(folder_entry("blobs"));
  std::set<std::string> algorithms;
  for (const auto& blob : all) algorithms.emplace(blob.descriptor.digest.algorithm_name());
  for (const auto& algorithm : algorithms) tar.add(folder_entry("blobs/" + algorithm));
}

/// Of all images, each once.
std::vector<WalkedBlob> list_blobs(const BlobProvider& blobs, const Index& index) {
  std::vector<WalkedBlob> all;
  std::set<Digest> seen;
  for (const auto& root : index.manifests) {
    for (auto& blob : list_image_blobs(blobs, root)) {
      if (seen.insert(blob.descriptor.digest).second) all.push_back(std::move(blob));
    }
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
  try {
    Index index = parse_index(file.read_member("index.json", kMaxManifestSize));
    return {std::move(file), std::move(index)};
  } catch (const Error& error) {
    throw error.in(path);
  }
}

std::optional<std::uint64_t> OciArchive::size(const Digest& digest) const {
  return file_.size(blob_name(digest));
}

Descriptor OciArchive::resolve(std::string_view name) const {
  return resolve_entry(index_, name, file_.path().string());
}

std::unique_ptr<Source> OciArchive::do_open(const Descriptor& descriptor) const {
  return file_.open_member(blob_name(descriptor.digest));
}

void write_oci_archive(const BlobProvider& blobs, const Index& index, Sink& out) {
  const auto all = list_blobs(blobs, index);
  const std::string version = layout_version_json();
  const std::string table = to_json(index);
  TarWriter tar(out);
  tar.add(file_entry("oci-layout", version.size()), as_bytes(version));
  tar.add(file_entry("index.json", table.size()), as_bytes(table));
  write_folders(all, tar);
  write_blobs(blobs, all, tar);
  tar.finish();
}

void write_oci_archive(const BlobProvider& blobs, const Descriptor& root, const std::string& name,
                       Sink& out) {
  Index index;
  set_entry(index, name, root);
  write_oci_archive(blobs, index, out);
}

}  // namespace bale::oci
