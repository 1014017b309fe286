// SPDX-License-Identifier: Apache-2.0
#include "tools/open_image.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include <unistd.h>

#include "oci/docker_archive.h"
#include "oci/error.h"
#include "oci/oci_archive.h"
#include "oci/origin_provider.h"
#include "registry/repository.h"
#include "tools/interruptible_provider.h"
#include "tools/standard_input.h"

namespace bale::tools {

namespace {

using Access = registry::Repository::Access;

/// Opens each repository once, for blobs that the store lacks.
class Origins {
 public:
  explicit Origins(Program& program) : program_(program) {}

  const oci::BlobProvider& open(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto& repository = open_[name];
    if (!repository) {
      repository = std::make_unique<registry::Repository>(
          program_.repository(oci::Reference::parse(name), Access::kPull));
    }
    return *repository;
  }

 private:
  Program& program_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<registry::Repository>> open_;
};

OpenedImage open_in_registry(Program& program, const oci::ImageName& name) {
  const auto repository = std::make_shared<const registry::Repository>(
      program.repository(*name.reference, Access::kPull));
  const auto root = repository->head_manifest(name.reference->manifest_reference());
  if (!root) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "no image " + name.reference->to_string() + " in its registry");
  }
  return {name, *root, repository};
}

OpenedImage open_in_layout(const oci::ImageName& name) {
  auto layout = std::make_shared<const oci::ImageLayout>(oci::ImageLayout::open(name.path));
  if (!name.digest) {
    oci::Descriptor root = layout->resolve(name.tag);
    return {name, std::move(root), std::move(layout)};
  }
  auto root = layout->find(*name.digest);
  if (!root) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "no image " + name.digest->to_string() + " in " + name.path);
  }
  return {name, *std::move(root), std::move(layout)};
}

oci::TarFile open_standard_input(const std::stop_token& stop) {
  if (::isatty(STDIN_FILENO) == 1) {
    throw oci::Error(oci::ErrorCode::kInvalid, "no archive comes from a terminal",
                     "send one to standard input: < image.tar");
  }
  return oci::TarFile::read(standard_input(), "standard input", stop);
}

oci::TarFile open_tar(const std::string& path, const std::stop_token& stop) {
  return path == "-" ? open_standard_input(stop) : oci::TarFile::open(path, stop);
}

OpenedImage open_in_oci_archive(const oci::ImageName& name, oci::TarFile file) {
  auto archive = std::make_shared<const oci::OciArchive>(oci::OciArchive::of(std::move(file)));
  oci::Descriptor root = archive->resolve(name.tag);
  return {name, std::move(root), std::move(archive)};
}

OpenedImage open_in_docker_archive(const oci::ImageName& name, oci::TarFile file) {
  auto archive =
      std::make_shared<const oci::DockerArchive>(oci::DockerArchive::of(std::move(file)));
  oci::Descriptor root = archive->resolve(name.reference).manifest;
  return {name, std::move(root), std::move(archive)};
}

/// What `docker save` writes today is both; its layout tells more.
OpenedImage open_on_standard_input(const oci::ImageName& name, const std::stop_token& stop) {
  oci::TarFile file = open_standard_input(stop);
  if (oci::OciArchive::is_in(file)) return open_in_oci_archive(name, std::move(file));
  if (oci::DockerArchive::is_in(file)) return open_in_docker_archive(name, std::move(file));
  throw oci::Error(oci::ErrorCode::kCorrupt,
                   "standard input is a tar file, but no archive of images",
                   "an oci-archive has an index.json, a docker-archive a manifest.json");
}

OpenedImage open_by_plain_name(Program& program, const oci::ImageName& name) {
  if (auto stored = find_in_store(program, name)) return *std::move(stored);
  if (name.reference && !program.options().offline && name.reference->host != "localhost") {
    return open_in_registry(program, name);
  }
  throw oci::Error(
      oci::ErrorCode::kNotFound,
      "no image " + name.to_string() + " in the store " + program.store().path().string(),
      "bale images lists what is there");
}

OpenedImage open_anywhere(Program& program, const oci::ImageName& name) {
  switch (name.transport) {
    case oci::Transport::kStore:
      return open_by_plain_name(program, name);
    case oci::Transport::kRegistry:
      return open_in_registry(program, name);
    case oci::Transport::kOciLayout:
      return open_in_layout(name);
    case oci::Transport::kOciArchive:
      return open_in_oci_archive(name, open_tar(name.path, program.stop()));
    case oci::Transport::kDockerArchive:
      return open_in_docker_archive(name, open_tar(name.path, program.stop()));
    case oci::Transport::kStandardIo:
      break;
  }
  return open_on_standard_input(name, program.stop());
}

}  // namespace

std::optional<OpenedImage> find_in_store(Program& program, const oci::ImageName& name) {
  oci::Store& store = program.store();
  const auto image = name.digest ? store.find(*name.digest) : store.find(*name.reference);
  if (!image) return std::nullopt;
  return OpenedImage{name, image->root, store_with_origins(program)};
}

std::shared_ptr<const oci::BlobProvider> store_with_origins(Program& program) {
  return std::make_shared<const oci::OriginProvider>(
      program.store(),
      [origins = std::make_shared<Origins>(program)](const std::string& repository)
          -> const oci::BlobProvider& { return origins->open(repository); });
}

OpenedImage open_image(Program& program, std::string_view text) {
  OpenedImage image = open_anywhere(program, oci::ImageName::parse(text));
  // Registries are asked with the token already, and known by their type.
  if (dynamic_cast<const registry::Repository*>(image.blobs.get()) == nullptr) {
    image.blobs = std::make_shared<InterruptibleProvider>(std::move(image.blobs), program.stop());
  }
  return image;
}

}  // namespace bale::tools
