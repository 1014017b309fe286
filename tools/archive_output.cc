// SPDX-License-Identifier: Apache-2.0
#include "tools/archive_output.h"

#include <algorithm>
#include <memory>
#include <utility>

#include "oci/docker_archive.h"
#include "oci/docker_archive_writer.h"
#include "oci/error.h"
#include "oci/fallback_provider.h"
#include "oci/layout_index.h"
#include "oci/oci_archive.h"
#include "tools/output_file.h"

namespace bale::tools {

namespace {

/// `-` alone is an oci-archive.
std::string path_of(const oci::ImageName& archive) {
  return archive.transport == oci::Transport::kStandardIo ? "-" : archive.path;
}

void write_oci(const std::vector<ArchivedName>& named, oci::Sink& out) {
  oci::Index index;
  std::vector<oci::ArchivedImages> images;
  for (const auto& [image, name] : named) {
    oci::set_entry(index, name, image.root);
    images.push_back({*image.blobs, {image.root}});
  }
  oci::write_oci_archive(images, oci::to_json(index), out);
}

void write_docker(const std::vector<ArchivedName>& named, oci::Sink& out) {
  std::vector<oci::DockerArchiveImage> images;
  std::shared_ptr<const oci::BlobProvider> blobs;
  for (const auto& [image, name] : named) {
    const oci::Digest& digest = image.root.digest;
    auto entry = std::find_if(images.begin(), images.end(),
                              [&](const auto& other) { return other.manifest.digest == digest; });
    if (entry == images.end()) {
      entry = images.insert(entry, {{}, image.root});
      blobs = blobs ? std::make_shared<oci::FallbackProvider>(blobs, image.blobs) : image.blobs;
    }
    if (!name.empty()) entry->names.push_back(name);
  }
  oci::write_docker_archive(*blobs, images, out);
}

}  // namespace

bool is_archive(oci::Transport transport) {
  return transport == oci::Transport::kOciArchive || transport == oci::Transport::kDockerArchive ||
         transport == oci::Transport::kStandardIo;
}

void write_archive(Program& program, const oci::ImageName& destination,
                   const std::vector<ArchivedName>& images) {
  oci::NewFile file = open_output(path_of(destination), program.stop());
  if (file.is_terminal()) {
    throw oci::Error(oci::ErrorCode::kInvalid, "an archive is nothing for a terminal to show",
                     "send it to a file or a command: > image.tar");
  }
  const bool docker = destination.transport == oci::Transport::kDockerArchive;
  docker ? write_docker(images, file) : write_oci(images, file);
  file.finish();
}

bool is_on_standard_output(const oci::ImageName& destination) {
  return is_archive(destination.transport) && is_standard_output(path_of(destination));
}

}  // namespace bale::tools
