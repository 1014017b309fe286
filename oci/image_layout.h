// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "oci/blob_store.h"
#include "oci/fd.h"
#include "oci/file_lock.h"
#include "oci/layout_index.h"
#include "oci/manifest.h"
#include "oci/temporary_folder.h"

namespace bale::oci {

/// An image layout folder (image-spec, image-layout.md), safe for any number of processes and
/// threads at once: blobs appear whole or not at all, and each change of `index.json` is made under
/// a lock to what the file says then. Other tools may read at any time.
///
/// After a power cut: what `update` (or one of its shorthands) has put into the index before it
/// returned is there, with every blob that this object wrote; the index is the old or the new one,
/// never a mixture. Blobs written after that may be gone or, until somebody writes them again, be
/// cut short, and are then not named by the index.
///
/// Reading never writes: no lock, no temporary file. Must outlive its writers.
class ImageLayout final : public BlobStore {
 public:
  /// A layout that must exist. Throws kNotFound, or kCorrupt for another version of the layout.
  static ImageLayout open(const std::filesystem::path& path);
  /// A layout that is made when something is first written to it, and reads as empty until then.
  static ImageLayout create(const std::filesystem::path& path);

  ImageLayout(ImageLayout&&) noexcept;
  ~ImageLayout() override;

  const std::filesystem::path& path() const;

  std::optional<std::uint64_t> size(const Digest& digest) const override;
  std::unique_ptr<BlobWriter> create_blob() override;
  std::optional<UniqueFd> open_file(const Digest& digest) const override;
  bool try_clone(const UniqueFd& file, const Descriptor& descriptor) override;
  bool try_adopt(const std::filesystem::path& file, const Digest& digest) override;
  /// Nothing in a layout of other tools: see `keep_sizes_in`.
  void keep_uncompressed_size(const DiffId& layer, std::uint64_t size) override;
  /// From now on uncompressed sizes are kept, in this file.
  void keep_sizes_in(const std::filesystem::path& file);
  /// Of a layer, as far as it was kept.
  std::optional<std::uint64_t> uncompressed_size(const DiffId& layer) const;
  /// The digests of all blobs, named by the index or not.
  std::vector<Digest> list_blobs() const;
  bool remove_blob(const Digest& digest);

  /// index.json as it stands. Throws kCorrupt.
  Index index() const;
  /// The entry of that name (the first, as other tools take it) or nothing.
  std::optional<Descriptor> find(std::string_view name) const;
  /// The entry of that digest, else what a manifest or index among the blobs says of itself.
  std::optional<Descriptor> find(const Digest& digest) const;
  /// The entry that `oci:DIR[:NAME]` means, as resolve_entry says.
  Descriptor resolve(std::string_view name) const;

  /// Changes the entries of the index: syncs the blobs written so far, takes the lock, reads the
  /// index again, lets `edit` change them, and replaces the file, as with_entries does. `edit` may
  /// throw to leave all as it is.
  void update(const std::function<void(Index& index)>& edit);
  /// Gives `name`, or none where it is "", to the image; whatever had it loses it, and its entry
  /// with it.
  void set_tag(const std::string& name, const Descriptor& descriptor);
  /// False where nothing had the name.
  bool remove_tag(std::string_view name);

  /// Where unfinished files of this process go: the folder `tmp` of the layout.
  TemporaryFolder& temporary();
  /// Excludes `update` by others while it is held; the layout is made where it is not there.
  FileLock lock();

 private:
  struct State;
  explicit ImageLayout(std::unique_ptr<State> state);
  std::unique_ptr<Source> do_open(const Descriptor& descriptor) const override;

  std::unique_ptr<State> state_;
};

}  // namespace bale::oci
