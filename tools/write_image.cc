// SPDX-License-Identifier: Apache-2.0
#include "tools/write_image.h"

#include <utility>

#include <fcntl.h>

#include "oci/copy_image.h"
#include "oci/docker_archive.h"
#include "oci/docker_archive_writer.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/new_file.h"
#include "oci/oci_archive.h"
#include "registry/pull.h"
#include "tools/push_flow.h"

namespace bale::tools {

namespace {

/// An index of our own making before what it names.
class WithDocument final : public oci::BlobProvider {
 public:
  WithDocument(oci::Document<oci::Index> document, std::shared_ptr<const oci::BlobProvider> rest)
      : document_(std::move(document)), rest_(std::move(rest)) {}

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override {
    if (digest == document_.descriptor.digest) return document_.descriptor.size;
    return rest_->size(digest);
  }

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override {
    if (descriptor.digest != document_.descriptor.digest) return rest_->open_unverified(descriptor);
    return std::make_unique<oci::BytesSource>(oci::as_bytes(document_.bytes));
  }

  const oci::Document<oci::Index> document_;
  const std::shared_ptr<const oci::BlobProvider> rest_;  // shared with the image it came from
};

void write_to_store(Program& program, const OpenedImage& image, const oci::ImageName& name) {
  oci::copy_image(*image.blobs, image.root, program.store().blobs());
  if (name.reference) {
    program.store().tag(*name.reference, image.root);
  } else {
    program.store().keep(image.root);
  }
}

void write_to_layout(const OpenedImage& image, const oci::ImageName& name) {
  auto layout = oci::ImageLayout::create(name.path);
  oci::copy_image(*image.blobs, image.root, layout);
  layout.set_tag(name.tag, image.root);
}

template <typename Write>
void write_to_file(const std::string& path, const Write& write) {
  oci::NewFile file(path);
  write(file);
  file.finish();
}

void write_to_registry(Program& program, const OpenedImage& image, const oci::ImageName& name,
                       const WriteOptions& options) {
  const auto repository = program.repository(*name.reference, registry::Repository::Access::kPush);
  registry::BlobPusher pusher(repository, pusher_options(program), program.progress(),
                              program.stop());
  std::set<std::string> tags;
  if (name.reference->tag) tags.insert(*name.reference->tag);
  push_tags(program, *image.blobs, image.root, tags, pusher,
            {.replace = options.force ? registry::PushOptions::Replace::kAny
                                      : registry::PushOptions::Replace::kSameKind});
}

}  // namespace

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
  } else if (!platforms.empty()) {
    auto index = oci::make_document(
        oci::select_platforms(oci::read_index(*image.blobs, image.root).value, platforms));
    image.root = index.descriptor;
    image.blobs = std::make_shared<const WithDocument>(std::move(index), std::move(image.blobs));
  }
}

void write_image(Program& program, const OpenedImage& image, const oci::ImageName& destination,
                 const WriteOptions& options) {
  switch (destination.transport) {
    case oci::Transport::kStore:
      return write_to_store(program, image, destination);
    case oci::Transport::kRegistry:
      return write_to_registry(program, image, destination, options);
    case oci::Transport::kOciLayout:
      return write_to_layout(image, destination);
    case oci::Transport::kOciArchive:
      return write_to_file(destination.path, [&](oci::Sink& out) {
        oci::write_oci_archive(*image.blobs, image.root, destination.tag, out);
      });
    case oci::Transport::kDockerArchive:
      return write_to_file(destination.path, [&](oci::Sink& out) {
        oci::DockerArchiveImage entry{{}, image.root};
        if (destination.reference) entry.names = {destination.reference->to_string()};
        oci::write_docker_archive(*image.blobs, {entry}, out);
      });
    case oci::Transport::kStandardIo:
      break;
  }
  throw oci::Error(oci::ErrorCode::kInvalid, "- names no place for an image",
                   "name a file with oci-archive:");
}

}  // namespace bale::tools
