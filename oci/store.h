// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "oci/image_layout.h"
#include "oci/reference.h"
#include "oci/remote_images.h"

namespace bale::oci {

/// An image as the store lists it.
struct StoredImage {
  std::string name;  ///< full reference with its tag, or "" where only its digest names it
  Descriptor root;
  bool remote_layers = false;  ///< some layers are in a registry still: see Store::origins
};

/// The local store: an image layout whose index names complete images only, and beside it a table
/// of images with layers left in a registry (docs/formats/store.md). Other tools read it as the
/// layout that it is.
///
/// Safe for any number of processes and threads. A crash at any moment leaves every name on its old
/// or its new image. Reading never writes; a store that does not exist reads as empty and is made
/// at the first write. Must outlive the writers it gave.
class Store {
 public:
  explicit Store(const std::filesystem::path& path);
  Store(Store&&) noexcept;
  ~Store();

  const std::filesystem::path& path() const;
  /// The blobs. Its tags are to be set through the store.
  ImageLayout& blobs();
  const ImageLayout& blobs() const;

  /// All images, the complete ones first, in the order in which they came.
  std::vector<StoredImage> list() const;
  /// By digest where the reference has one (manifests inside indexes too), else by name; a tag is
  /// filled in.
  std::optional<StoredImage> find(const Reference& name) const;
  std::optional<StoredImage> find(const Digest& digest) const;

  /// Gives the name to an image whose documents are all in the store. What the store lacks
  /// otherwise must have an origin: the image then goes to the table of remote images, else to the
  /// index. What had the name before stays, reachable by its digest. Throws kNotFound, naming the
  /// blob, where one is neither here nor has an origin (or is not of the size that it should have).
  void tag(const Reference& name, const Descriptor& root, const BlobOrigins& origins = {});
  /// The same without a name.
  void keep(const Descriptor& root, const BlobOrigins& origins = {});
  /// The same under the name `HOST/REPOSITORY@DIGEST`: what a repository of that name holds without
  /// a tag. Tag and digest of `repository` do not count.
  void pin(const Reference& repository, const Descriptor& root);
  /// Takes such a name away, with its digest. False where there was none.
  bool unpin(const Reference& name);
  /// Takes the name from its image, which stays reachable by its digest. False where there was
  /// none.
  bool untag(const Reference& name);
  /// Forgets the name, or every entry of the digest. Blobs stay until something prunes them.
  bool remove(const Reference& name);
  bool remove(const Digest& digest);

  /// Repositories that have blobs of the image (of all images: no digest), `HOST/REPOSITORY`.
  BlobOrigins origins(const std::optional<Digest>& root = std::nullopt) const;
  /// What is under `root` and not here. Empty: the image is complete.
  std::vector<Descriptor> missing_blobs(const Descriptor& root) const;

  /// The table of contents of a layer, or null where it was not made yet.
  std::unique_ptr<Source> open_toc(const DiffId& layer) const;
  /// For a table that is about to be made; `finish` takes the DiffId's digest.
  std::unique_ptr<BlobWriter> create_toc();

  /// Folders for the build cache, unpacked layers and interrupted pushes; not made here.
  std::filesystem::path cache_folder() const;
  std::filesystem::path snapshots_folder() const;
  std::filesystem::path uploads_folder() const;
  /// Unfinished files of this process.
  TemporaryFolder& temporary();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
