// SPDX-License-Identifier: Apache-2.0
#include "oci/store.h"

#include <algorithm>
#include <set>
#include <utility>

#include "oci/digest_folder.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/image_walk.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxRemoteTable = std::size_t{64} << 20;

/// A name in the store has a tag and no digest, but for those of `pin`.
std::string stored_name(const Reference& reference) {
  return reference.name() + ":" + reference.tag.value_or("latest");
}

std::string pinned_name(const Reference& repository, const Digest& digest) {
  return repository.name() + "@" + digest.to_string();
}

Descriptor unnamed(Descriptor entry) {
  entry.annotations.erase(kRefName);
  return entry;
}

Descriptor named(Descriptor entry, const std::string& name) {
  if (!name.empty()) entry.annotations[kRefName] = name;
  return entry;
}

/// The two lists are handled alike: an index entry is named by an annotation, a remote image by a
/// member.
std::string name_of(const Descriptor& entry) { return ref_name(entry); }
std::string name_of(const RemoteImage& image) { return image.name; }
const Digest& digest_of(const Descriptor& entry) { return entry.digest; }
const Digest& digest_of(const RemoteImage& image) { return image.root.digest; }
void clear_name(Descriptor& entry) { entry.annotations.erase(kRefName); }
void clear_name(RemoteImage& image) { image.name.clear(); }

/// Takes `name` from whatever has it. The image stays without a name.
template <typename Entry>
bool release_name(std::vector<Entry>& entries, const std::string& name) {
  bool found = false;
  for (auto& entry : entries) {
    if (name.empty() || name_of(entry) != name) continue;
    clear_name(entry);
    found = true;
  }
  return found;
}

/// Drops entries that say nothing: without a name, for an image that another entry stands for.
template <typename Entry>
void drop_redundant(std::vector<Entry>& entries) {
  std::vector<Entry> kept;
  for (const auto& entry : entries) {
    const auto stands_for = [&](const Entry& other) {
      return digest_of(other) == digest_of(entry) && (!name_of(other).empty() || &other < &entry);
    };
    const bool redundant =
        name_of(entry).empty() && std::any_of(entries.begin(), entries.end(), stands_for);
    if (!redundant) kept.push_back(entry);
  }
  entries = std::move(kept);
}

void add_entry(Index& index, const std::string& name, const Descriptor& root) {
  release_name(index.manifests, name);
  index.manifests.push_back(named(unnamed(root), name));
}

template <typename Entry>
bool erase_name(std::vector<Entry>& entries, const std::string& name) {
  return std::erase_if(entries, [&](const Entry& e) { return name_of(e) == name; }) > 0;
}

template <typename Entry>
bool erase_digest(std::vector<Entry>& entries, const Digest& digest) {
  return std::erase_if(entries, [&](const Entry& e) { return digest_of(e) == digest; }) > 0;
}

}  // namespace

struct Store::State {
  explicit State(const fs::path& folder)
      : path(folder),
        layout(ImageLayout::create(folder)),
        tocs(folder / "cache" / "toc", layout.temporary()) {
    layout.keep_sizes_in(folder / "cache" / "layer-sizes");
  }

  fs::path path;
  ImageLayout layout;
  DigestFolder tocs;

  fs::path remote_file() const { return path / "remote-images.json"; }
  std::vector<RemoteImage> remote_images() const;
  std::pair<Index, std::vector<RemoteImage>> tables() const;
  template <typename Edit>
  bool update_remote(Edit edit);
  void place(const std::string& name, const Descriptor& root, const BlobOrigins& origins);
  void place_complete(const std::string& name, const Descriptor& root,
                      const std::vector<Descriptor>& blobs);
  void place_remote(RemoteImage image);
  bool erase(const std::string& name);
  bool lacks(const Descriptor& blob) const { return layout.size(blob.digest) != blob.size; }
  std::vector<Descriptor> needed_blobs(const Descriptor& root) const;
};

std::vector<RemoteImage> Store::State::remote_images() const {
  if (!fs::exists(remote_file())) return {};
  try {
    return parse_remote_images(read_regular_file(remote_file(), kMaxRemoteTable));
  } catch (const Error& error) {
    throw error.in("reading " + remote_file().string());
  }
}

/// As ImageLayout::update, for the other table; `edit` says whether it changed something.
template <typename Edit>
bool Store::State::update_remote(Edit edit) {
  const FileLock held = layout.lock();
  auto images = remote_images();
  if (!edit(images)) return false;
  layout.temporary().replace_file(remote_file(), to_json(images));
  return true;
}

bool Store::State::erase(const std::string& name) {
  bool found =
      update_remote([&](std::vector<RemoteImage>& images) { return erase_name(images, name); });
  layout.update([&](Index& index) { found |= erase_name(index.manifests, name); });
  return found;
}

std::vector<Descriptor> Store::State::needed_blobs(const Descriptor& root) const {
  std::vector<Descriptor> needed;
  for_each_blob(layout, root, [&](const WalkedBlob& blob) {
    if (!is_foreign(blob.descriptor)) needed.push_back(blob.descriptor);
  });
  return needed;
}

void Store::State::place(const std::string& name, const Descriptor& root,
                         const BlobOrigins& origins) {
  const auto blobs = needed_blobs(root);
  RemoteImage remote{name, unnamed(root), {}};
  for (const auto& blob : blobs) {
    if (!lacks(blob)) continue;
    const auto origin = origins.find(blob.digest);
    if (origin == origins.end()) {
      throw Error(ErrorCode::kNotFound, "image " + root.digest.to_string() +
                                            " is not complete: the store lacks blob " +
                                            blob.digest.to_string());
    }
    remote.origins.insert(*origin);
  }
  if (remote.origins.empty()) {
    place_complete(name, root, blobs);
  } else {
    place_remote(std::move(remote));
  }
}

// A name is in one of the two tables. Where a crash leaves it in both, the index wins; hence the
// order of the steps here and in place_remote, after which the name is on its old or its new image.

/// Every name of the image moves to the index, now that it is complete.
void Store::State::place_complete(const std::string& name, const Descriptor& root,
                                  const std::vector<Descriptor>& blobs) {
  layout.update([&](Index& index) {
    for (const auto& blob : blobs) {
      if (!lacks(blob)) continue;
      throw Error(ErrorCode::kNotFound,
                  "blob " + blob.digest.to_string() + " was removed from the store meanwhile");
    }
    add_entry(index, name, root);
    for (const auto& image : remote_images()) {
      if (image.root.digest == root.digest) add_entry(index, image.name, root);
    }
    drop_redundant(index.manifests);
  });
  if (!fs::exists(remote_file())) return;
  update_remote([&](std::vector<RemoteImage>& images) {
    const bool released = release_name(images, name);
    const bool erased = erase_digest(images, root.digest);
    drop_redundant(images);
    return released || erased;
  });
}

void Store::State::place_remote(RemoteImage image) {
  const std::string name = image.name;
  update_remote([&](std::vector<RemoteImage>& images) {
    release_name(images, name);
    images.push_back(image);
    drop_redundant(images);
    return true;
  });
  layout.update([&](Index& index) {
    release_name(index.manifests, name);
    drop_redundant(index.manifests);
  });
}

Store::Store(const fs::path& path) : state_(std::make_unique<State>(path)) {}
Store::Store(Store&&) noexcept = default;
Store::~Store() = default;

const fs::path& Store::path() const { return state_->path; }
ImageLayout& Store::blobs() { return state_->layout; }
const ImageLayout& Store::blobs() const { return state_->layout; }

/// Both tables as they were at one moment: an image may be moving from one to the other.
std::pair<Index, std::vector<RemoteImage>> Store::State::tables() const {
  Index index = layout.index();
  while (fs::exists(remote_file())) {
    auto remote = remote_images();
    Index again = layout.index();
    if (again == index) return {std::move(index), std::move(remote)};
    index = std::move(again);
  }
  return {std::move(index), {}};
}

std::vector<StoredImage> Store::list() const {
  const auto [index, remote] = state_->tables();
  std::vector<StoredImage> images;
  std::set<std::string> complete;
  for (const auto& entry : index.manifests) {
    images.push_back({ref_name(entry), unnamed(entry), false});
    complete.insert(ref_name(entry));
  }
  for (const auto& image : remote) {
    const bool shadowed = !image.name.empty() && complete.contains(image.name);
    if (!shadowed) images.push_back({image.name, image.root, true});
  }
  return images;
}

std::optional<StoredImage> Store::find(const Reference& name) const {
  if (name.digest) return find(*name.digest);
  const std::string wanted = stored_name(name);
  for (auto& image : list()) {
    if (image.name == wanted) return std::move(image);
  }
  return std::nullopt;
}

std::optional<StoredImage> Store::find(const Digest& digest) const {
  for (auto& image : list()) {
    if (image.root.digest == digest) return std::move(image);
  }
  auto document = describe_document(state_->layout, digest);
  if (!document) return std::nullopt;
  const bool remote = !missing_blobs(*document).empty();
  return StoredImage{"", *std::move(document), remote};
}

void Store::tag(const Reference& name, const Descriptor& root, const BlobOrigins& origins) {
  state_->place(stored_name(name), root, origins);
}

void Store::keep(const Descriptor& root, const BlobOrigins& origins) {
  state_->place("", root, origins);
}

void Store::pin(const Reference& repository, const Descriptor& root) {
  state_->place(pinned_name(repository, root.digest), root, {});
}

bool Store::unpin(const Reference& name) { return state_->erase(pinned_name(name, *name.digest)); }

bool Store::untag(const Reference& name) {
  if (!find(name.with_tag(name.tag.value_or("latest")))) return false;
  const std::string old = stored_name(name);
  bool found = false;
  // The index wins over a remote image of the same name, which therefore must go first.
  found |= state_->update_remote([&](std::vector<RemoteImage>& images) {
    const bool released = release_name(images, old);
    drop_redundant(images);
    return released;
  });
  state_->layout.update([&](Index& index) {
    found |= release_name(index.manifests, old);
    drop_redundant(index.manifests);
  });
  return found;
}

bool Store::remove(const Reference& name) {
  if (name.digest) return remove(*name.digest);
  return find(name) && state_->erase(stored_name(name));
}

bool Store::remove(const Digest& digest) {
  const auto images = list();
  if (std::none_of(images.begin(), images.end(),
                   [&](const StoredImage& image) { return image.root.digest == digest; })) {
    return false;
  }
  bool found = state_->update_remote(
      [&](std::vector<RemoteImage>& remote) { return erase_digest(remote, digest); });
  state_->layout.update([&](Index& index) { found |= erase_digest(index.manifests, digest); });
  return found;
}

BlobOrigins Store::origins(const std::optional<Digest>& root) const {
  BlobOrigins all;
  for (const auto& image : state_->remote_images()) {
    if (!root || image.root.digest == *root) all.insert(image.origins.begin(), image.origins.end());
  }
  return all;
}

std::vector<Descriptor> Store::missing_blobs(const Descriptor& root) const {
  auto missing = state_->needed_blobs(root);
  std::erase_if(missing, [&](const Descriptor& blob) { return !state_->lacks(blob); });
  return missing;
}

std::unique_ptr<Source> Store::open_toc(const DiffId& layer) const {
  if (!state_->tocs.size(layer.digest())) return nullptr;
  return std::make_unique<FileSource>(state_->tocs.open(layer.digest()));
}

std::unique_ptr<BlobWriter> Store::create_toc() { return state_->tocs.create(); }

fs::path Store::cache_folder() const { return path() / "cache"; }
fs::path Store::snapshots_folder() const { return path() / "snapshots"; }
fs::path Store::uploads_folder() const { return path() / "uploads"; }
TemporaryFolder& Store::temporary() { return state_->layout.temporary(); }

}  // namespace bale::oci
