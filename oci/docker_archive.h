// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "oci/blob_store.h"
#include "oci/reference.h"
#include "oci/tar_file.h"

namespace bale::oci {

/// One image of a docker-archive.
struct DockerArchiveImage {
  std::vector<std::string> names;  ///< RepoTags: `debian:bookworm-slim`
  Descriptor manifest;
};

/// What `docker save` and `podman save` write: a tar with manifest.json, configs and layers. Each
/// image is presented with an OCI manifest of our making over the archive's own config and layers,
/// which are read where they are in the file; layers that are there compressed are so in the
/// manifest. Thread-safe; must outlive its sources.
class DockerArchive final : public BlobProvider {
 public:
  /// Reads manifest.json and the configs, and hashes compressed layers, of which nothing else
  /// tells the digest. Throws kNotFound, kCorrupt.
  static DockerArchive open(const std::filesystem::path& path) { return of(TarFile::open(path)); }
  static DockerArchive of(TarFile file);
  /// Whether the file has what such an archive begins with.
  static bool is_in(const TarFile& file);

  std::optional<std::uint64_t> size(const Digest& digest) const override;
  const std::vector<DockerArchiveImage>& images() const { return images_; }
  /// The image that `docker-archive:FILE[:REF]` means: without a reference, the only one. Throws
  /// kNotFound, or kInvalid where a name is needed, with what there is.
  const DockerArchiveImage& resolve(const std::optional<Reference>& reference) const;

 private:
  /// Where a blob is: a member of the file, or a document that we made.
  struct Place {
    std::string member;
    std::string text;
    std::uint64_t size = 0;
  };

  explicit DockerArchive(TarFile file) : file_(std::move(file)) {}
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;
  void add_image(const std::string& config_member, const std::vector<std::string>& layers,
                 std::vector<std::string> names);
  Descriptor add_text(std::string text, const MediaType& type);
  Descriptor add_layer(const std::string& member, const DiffId& diff_id);

  TarFile file_;
  std::map<Digest, Place> places_;
  std::map<std::string, Descriptor> layers_;  // by member, each hashed once
  std::vector<DockerArchiveImage> images_;
};

}  // namespace bale::oci
