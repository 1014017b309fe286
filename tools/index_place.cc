// SPDX-License-Identifier: Apache-2.0
#include "tools/index_place.h"

#include <filesystem>
#include <utility>

#include "oci/copy_image.h"
#include "oci/error.h"
#include "oci/file_lock.h"
#include "oci/layout_index.h"
#include "oci/oci_archive.h"
#include "tools/archive_index_place.h"
#include "tools/registry_index_place.h"
#include "tools/write_image.h"

namespace bale::tools {

namespace {

/// Between processes that edit indexes of one layout; tools that only tag are not kept out, and
/// need not be. The layout's own lock is held while its table is written, in between.
oci::FileLock lock_edits(oci::ImageLayout& layout) {
  layout.lock();  // makes the layout where there is none
  return oci::FileLock::exclusive(layout.path() / "blobs");
}

/// What store and layout have in common.
class LocalIndexPlace : public IndexPlace {
 public:
  oci::Document<oci::Index> update(const Edit& edit) override {
    const oci::FileLock held = lock_edits(layout());
    const auto now = read();
    auto document = changed_document(now, edit);
    if (!document) return *now->index;
    oci::write_blob(layout(), document->descriptor, document->bytes);
    name(document->descriptor);
    return *std::move(document);
  }

 private:
  virtual oci::ImageLayout& layout() = 0;
  virtual void name(const oci::Descriptor& root) = 0;
};

class StoreIndexPlace final : public LocalIndexPlace {
 public:
  StoreIndexPlace(oci::Store& store, oci::Reference name)
      : store_(store), name_(std::move(name)), origins_(store.origins()) {}

  std::optional<PlacedImage> read() override {
    const auto image = store_.find(name_);
    return placed(store_.blobs(), image ? std::optional(image->root) : std::nullopt);
  }

  /// Of a registry's images the documents come, and where the rest is. The rest of others is
  /// copied, or has its origin in the store already.
  void bring(const IndexSource& source) override {
    origins_.merge(origins_of(source));
    for (const auto& entry : source.entries) {
      copy_to_store(*source.blobs, entry, store_, origins_);
    }
  }

  bool remove() override { return store_.remove(name_); }

 private:
  oci::ImageLayout& layout() override { return store_.blobs(); }
  void name(const oci::Descriptor& root) override { store_.tag(name_, root, origins_); }

  oci::Store& store_;
  const oci::Reference name_;
  oci::BlobOrigins origins_;
};

class LayoutIndexPlace final : public LocalIndexPlace {
 public:
  LayoutIndexPlace(Program& program, const std::string& path, std::string name)
      : program_(program), layout_(oci::ImageLayout::create(path)), name_(std::move(name)) {}

  std::optional<PlacedImage> read() override { return placed(layout_, layout_.find(name_)); }

  void bring(const IndexSource& source) override {
    for (const auto& entry : source.entries) {
      if (source.repository) {
        fetch_image(program_, *source.repository, *source.blobs, entry, layout_);
      } else {
        oci::copy_image(*source.blobs, entry, layout_);
      }
    }
  }

  bool remove() override { return layout_.remove_tag(name_); }

 private:
  oci::ImageLayout& layout() override { return layout_; }
  void name(const oci::Descriptor& root) override { layout_.set_tag(name_, root); }

  Program& program_;
  oci::ImageLayout layout_;
  const std::string name_;
};

/// Of a layout or an archive, which need not be there.
oci::Index index_of(const oci::ImageName& name) {
  if (name.transport == oci::Transport::kOciLayout) {
    return oci::ImageLayout::create(name.path).index();
  }
  const bool there = name.path != "-" && std::filesystem::is_regular_file(name.path);
  return there ? oci::OciArchive::open(name.path).index() : oci::Index{};
}

void refuse_digest(const oci::ImageName& name) {
  if (!name.digest && !(name.reference && name.reference->digest)) return;
  throw oci::Error(oci::ErrorCode::kInvalid, name.to_string() + " is a digest, not a name",
                   "name the index by its tag: what a digest stands for never changes");
}

}  // namespace

std::optional<PlacedImage> placed(const oci::BlobProvider& blobs,
                                  const std::optional<oci::Descriptor>& root) {
  if (!root) return std::nullopt;
  if (!root->media_type.is_index()) return PlacedImage{*root, std::nullopt};
  return PlacedImage{*root, oci::read_index(blobs, *root)};
}

std::optional<oci::Document<oci::Index>> changed_document(const std::optional<PlacedImage>& now,
                                                          const IndexPlace::Edit& edit) {
  auto index = edit(now);
  // What came from elsewhere stays byte for byte where the edit says nothing new.
  if (now && now->index && now->index->value == index) return std::nullopt;
  return oci::make_document(std::move(index));
}

oci::ImageName existing_index_name(oci::ImageName name) {
  const bool in_hand =
      name.transport == oci::Transport::kOciLayout || name.transport == oci::Transport::kOciArchive;
  if (!in_hand || !name.tag.empty() || name.digest) return name;
  const oci::Index index = index_of(name);
  if (!index.manifests.empty()) {
    name.tag = oci::ref_name(oci::resolve_entry(index, "", name.path));
  }
  return name;
}

std::unique_ptr<IndexPlace> open_index_place(Program& program, const oci::ImageName& name) {
  refuse_digest(name);
  oci::check_ref_name(name.tag);
  switch (name.transport) {
    case oci::Transport::kStore:
      return std::make_unique<StoreIndexPlace>(program.store(), name.reference->with_default_tag());
    case oci::Transport::kRegistry:
      return std::make_unique<RegistryIndexPlace>(program, name.reference->with_default_tag());
    case oci::Transport::kOciLayout:
      return std::make_unique<LayoutIndexPlace>(program, name.path, name.tag);
    case oci::Transport::kOciArchive:
      return std::make_unique<ArchiveIndexPlace>(program, name.path, name.tag);
    case oci::Transport::kDockerArchive:
    case oci::Transport::kStandardIo:
      break;
  }
  throw oci::Error(oci::ErrorCode::kInvalid, name.to_string() + " keeps no index",
                   "make it in the store, a layout (oci:) or an archive (oci-archive:)");
}

}  // namespace bale::tools
