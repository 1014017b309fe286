// SPDX-License-Identifier: Apache-2.0
#include "tools/write_image.h"

#include <algorithm>
#include <utility>

#include "oci/copy_image.h"
#include "oci/document.h"
#include "oci/document_cache.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"
#include "oci/layout_index.h"
#include "registry/pull.h"
#include "tools/archive_output.h"
#include "tools/output_file.h"
#include "tools/push_flow.h"

namespace bale::tools {

namespace {

const registry::Repository* repository_of(const OpenedImage& image) {
  return dynamic_cast<const registry::Repository*>(image.blobs.get());
}

void copy_or_fetch(Program& program, const OpenedImage& image, oci::BlobStore& to) {
  const registry::Repository* repository = repository_of(image);
  if (repository == nullptr) return oci::copy_image(*image.blobs, image.root, to);
  const oci::DocumentCache documents(image.blobs);
  fetch_image(program, *repository, documents, image.root, to);
}

void write_to_store(Program& program, const OpenedImage& image, const oci::ImageName& name,
                    const oci::BlobOrigins& origins) {
  if (origins.empty()) {
    copy_or_fetch(program, image, program.store().blobs());
  } else {
    copy_to_store(*image.blobs, image.root, program.store(), origins);
  }
  if (name.reference && (name.reference->tag || !name.reference->digest)) {
    program.store().tag(*name.reference, image.root, origins);
  } else {
    program.store().keep(image.root, origins);
  }
}

void write_to_layout(Program& program, const OpenedImage& image, const oci::ImageName& name) {
  auto layout = oci::ImageLayout::create(name.path);
  copy_or_fetch(program, image, layout);
  layout.set_tag(name.tag, image.root);
}

std::optional<oci::Digest> digest_in(const oci::ImageName& name) {
  return name.digest || !name.reference ? name.digest : name.reference->digest;
}

/// What the image is called in an archive that is named like this.
std::string name_in_archive(const oci::ImageName& name) {
  return name.reference ? name.reference->to_string() : name.tag;
}

registry::BlobPusherOptions pusher_options(Program& program, const std::string& repository,
                                           const WriteOptions& options) {
  auto result = options.origins.empty()
                    ? pusher_options(program)
                    : pusher_options(program, [origins = options.origins] { return origins; });
  for (const auto& [digest, seen_in] : options.seen) {
    if (seen_in == repository) result.present.insert(digest);
  }
  return result;
}

void write_to_registry(Program& program, const OpenedImage& image, const oci::ImageName& name,
                       const WriteOptions& options) {
  const auto repository = program.repository(*name.reference, registry::Repository::Access::kPush);
  registry::BlobPusher pusher(repository, pusher_options(program, repository.name(), options),
                              program.progress(), program.stop());
  std::set<std::string> tags;
  if (name.reference->tag) tags.insert(*name.reference->tag);
  push_tags(program, *image.blobs, image.root, tags, pusher,
            {.replace = options.force ? registry::PushOptions::Replace::kAny
                                      : registry::PushOptions::Replace::kSameKind});
}

}  // namespace

void fetch_image(Program& program, const registry::Repository& repository,
                 const oci::BlobProvider& documents, const oci::Descriptor& root,
                 oci::BlobStore& to) {
  std::vector<oci::Descriptor> layers;
  oci::for_each_blob(documents, root, [&](const oci::WalkedBlob& blob) {
    const bool layer = blob.role == oci::BlobRole::kLayer && !oci::is_foreign(blob.descriptor);
    if (layer) layers.push_back(blob.descriptor);
  });
  registry::pull_blobs(repository, layers, to, {}, program.progress(), program.stop());
  oci::copy_image(documents, root, to);
}

bool is_in_registry(const OpenedImage& image) { return repository_of(image) != nullptr; }

oci::BlobOrigins origins_of(Program& program, const OpenedImage& image,
                            const oci::BlobProvider& documents) {
  const registry::Repository* repository = repository_of(image);
  if (repository == nullptr) return program.store().origins(image.root.digest);
  oci::BlobOrigins origins;
  oci::for_each_blob(documents, image.root, [&](const oci::WalkedBlob& blob) {
    if (blob.role == oci::BlobRole::kLayer) {
      origins.emplace(blob.descriptor.digest, repository->name());
    }
  });
  return origins;
}

void complete_in_store(Program& program, const OpenedImage& image, const oci::Descriptor& whole) {
  if (image.name.transport != oci::Transport::kStore) return;
  oci::Store& store = program.store();
  if (!store.find(whole.digest) || store.missing_blobs(whole).empty()) return;
  oci::for_each_blob(*image.blobs, image.root, [&](const oci::WalkedBlob& blob) {
    const bool layer = blob.role == oci::BlobRole::kLayer && !oci::is_foreign(blob.descriptor);
    if (layer) oci::copy_blob(*image.blobs, blob.descriptor, store.blobs());
  });
  if (store.missing_blobs(whole).empty()) store.keep(whole);
}

void copy_to_store(const oci::BlobProvider& blobs, const oci::Descriptor& root, oci::Store& store,
                   const oci::BlobOrigins& origins) {
  if (origins.empty()) return oci::copy_image(blobs, root, store.blobs());
  oci::for_each_blob(blobs, root, [&](const oci::WalkedBlob& blob) {
    const bool document = blob.role != oci::BlobRole::kLayer && blob.role != oci::BlobRole::kOther;
    const bool elsewhere = !document && origins.contains(blob.descriptor.digest);
    if (!elsewhere && !oci::is_foreign(blob.descriptor)) {
      oci::copy_blob(blobs, blob.descriptor, store.blobs());
    }
  });
}

void select_platforms(OpenedImage& image, const std::vector<oci::Platform>& platforms,
                      bool single) {
  if (single && platforms.size() > 1) {
    throw oci::Error(oci::ErrorCode::kInvalid, "a docker-archive takes one platform",
                     "name one with --platform");
  }
  if (platforms.size() == 1) {
    image.root = oci::select_image(*image.blobs, image.root, platforms.front());
  } else if (single) {
    image.root = oci::select_image(*image.blobs, image.root, std::nullopt);
  } else if (!image.root.media_type.is_index()) {
    for (const auto& platform : platforms) oci::select_image(*image.blobs, image.root, platform);
  } else if (!platforms.empty()) {
    const auto index = oci::make_document(
        oci::select_platforms(oci::read_index(*image.blobs, image.root).value, platforms));
    image.root = index.descriptor;
    const auto documents = std::make_shared<oci::DocumentCache>(std::move(image.blobs));
    documents->keep(index.descriptor, index.bytes);
    image.blobs = documents;
  }
}

void check_digest(const std::string& name, const std::optional<oci::Digest>& named,
                  const oci::Digest& image) {
  if (!named || *named == image) return;
  throw oci::Error(oci::ErrorCode::kInvalid,
                   name + ": the image has another digest, " + image.to_string(),
                   "name a tag: a digest cannot be chosen");
}

void write_image(Program& program, const OpenedImage& image, const oci::ImageName& destination,
                 const WriteOptions& options) {
  check_digest(destination.to_string(), digest_in(destination), image.root.digest);
  oci::check_ref_name(destination.tag);
  switch (destination.transport) {
    case oci::Transport::kStore:
      return write_to_store(program, image, destination, options.origins);
    case oci::Transport::kRegistry:
      return write_to_registry(program, image, destination, options);
    case oci::Transport::kOciLayout:
      return write_to_layout(program, image, destination);
    case oci::Transport::kOciArchive:
    case oci::Transport::kStandardIo:
    case oci::Transport::kDockerArchive:
      return write_archive(program, destination, {{image, name_in_archive(destination)}});
  }
}

void print_digest(const oci::Digest& digest, const std::vector<oci::ImageName>& written_to,
                  const std::vector<std::string>& files) {
  const bool taken = std::any_of(written_to.begin(), written_to.end(), is_on_standard_output) ||
                     std::any_of(files.begin(), files.end(), is_standard_output);
  (taken ? print_aside : print)(digest.to_string() + "\n");
}

}  // namespace bale::tools
