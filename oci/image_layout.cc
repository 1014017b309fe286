// SPDX-License-Identifier: Apache-2.0
#include "oci/image_layout.h"

#include <algorithm>
#include <utility>

#include "oci/digest_folder.h"
#include "oci/document.h"
#include "oci/error.h"
#include "oci/layer_sizes.h"
#include "oci/once.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxLayoutFile = 4096;

void check_version(const fs::path& file) {
  check_layout_version(read_regular_file(file, kMaxLayoutFile), file.string());
}

/// What the index says of an entry, without the name that it was found under elsewhere.
Descriptor without_name(Descriptor descriptor) {
  descriptor.annotations.erase(kRefName);
  return descriptor;
}

}  // namespace

struct ImageLayout::State {
  explicit State(fs::path folder)
      : path(std::move(folder)), temporary(path / "tmp"), blobs(path / "blobs", temporary) {}

  fs::path path;
  TemporaryFolder temporary;
  DigestFolder blobs;
  Once made;
  std::unique_ptr<LayerSizes> sizes = nullptr;  // null: nobody asked to keep them

  fs::path index_file() const { return path / "index.json"; }
  fs::path version_file() const { return path / "oci-layout"; }
  std::string index_text() const;
  Index parsed(std::string_view index_text) const;
  void make();
  void place(const fs::path& target, const std::string& content);
};

/// Puts a file where none is; of two processes that do so at once, one is too late and does not
/// matter.
void ImageLayout::State::place(const fs::path& target, const std::string& content) {
  TemporaryFile file = temporary.create_file();
  file.write(as_bytes(content));
  std::error_code error;
  fs::create_hard_link(file.path(), target, error);
  if (error && error != std::errc::file_exists) {
    throw Error(ErrorCode::kFailed, "creating " + target.string() + ": " + error.message());
  }
}

/// `oci-layout` comes last: where it is, the rest is. It is never replaced, so that it can be the
/// file that is locked.
void ImageLayout::State::make() {
  if (fs::exists(version_file())) return check_version(version_file());
  try {
    fs::create_directories(path / "blobs" / "sha256");
  } catch (const fs::filesystem_error& error) {
    throw Error(ErrorCode::kFailed,
                "creating the image layout " + path.string() + ": " + error.code().message());
  }
  if (!fs::exists(index_file())) place(index_file(), to_json(Index{}));
  place(version_file(), layout_version_json());
}

std::string ImageLayout::State::index_text() const {
  try {
    return read_regular_file(index_file(), kMaxManifestSize);
  } catch (const Error& error) {
    const bool empty = error.code() == ErrorCode::kNotFound && !fs::exists(version_file());
    if (empty) return to_json(Index{});
    throw error.in("reading " + index_file().string());
  }
}

Index ImageLayout::State::parsed(std::string_view index_text) const {
  try {
    return parse_index(index_text);
  } catch (const Error& error) {
    throw error.in("reading " + index_file().string());
  }
}

ImageLayout::ImageLayout(std::unique_ptr<State> state) : state_(std::move(state)) {}
ImageLayout::ImageLayout(ImageLayout&&) noexcept = default;
ImageLayout::~ImageLayout() = default;

ImageLayout ImageLayout::open(const fs::path& path) {
  auto state = std::make_unique<State>(path);
  if (!fs::exists(state->version_file())) {
    throw Error(ErrorCode::kNotFound,
                path.string() + " is not an OCI image layout: " + "it has no file oci-layout");
  }
  check_version(state->version_file());
  return ImageLayout(std::move(state));
}

ImageLayout ImageLayout::create(const fs::path& path) {
  return ImageLayout(std::make_unique<State>(path));
}

const fs::path& ImageLayout::path() const { return state_->path; }

std::optional<std::uint64_t> ImageLayout::size(const Digest& digest) const {
  return state_->blobs.size(digest);
}

std::unique_ptr<BlobWriter> ImageLayout::create_blob() {
  state_->made.run([this] { state_->make(); });
  return state_->blobs.create();
}

std::optional<UniqueFd> ImageLayout::open_file(const Digest& digest) const {
  if (!size(digest)) return std::nullopt;
  return state_->blobs.open(digest);
}

bool ImageLayout::try_clone(const UniqueFd& file, const Descriptor& descriptor) {
  state_->made.run([this] { state_->make(); });
  return state_->blobs.try_clone(file, descriptor);
}

bool ImageLayout::try_adopt(const fs::path& file, const Digest& digest) {
  state_->made.run([this] { state_->make(); });
  return state_->blobs.try_adopt(file, digest);
}

std::vector<Digest> ImageLayout::list_blobs() const { return state_->blobs.list(); }

bool ImageLayout::remove_blob(const Digest& digest) { return state_->blobs.remove(digest); }

std::unique_ptr<Source> ImageLayout::do_open(const Descriptor& descriptor) const {
  return std::make_unique<FileSource>(state_->blobs.open(descriptor.digest), ShortRead::kEnd);
}

Index ImageLayout::index() const { return state_->parsed(state_->index_text()); }

std::optional<Descriptor> ImageLayout::find(std::string_view name) const {
  return find_entry(index(), name);
}

std::optional<Descriptor> ImageLayout::find(const Digest& digest) const {
  const Index all = index();
  const auto found = std::find_if(all.manifests.begin(), all.manifests.end(),
                                  [&](const Descriptor& entry) { return entry.digest == digest; });
  if (found != all.manifests.end()) return without_name(*found);
  return describe_document(*this, digest);
}

Descriptor ImageLayout::resolve(std::string_view name) const {
  return resolve_entry(index(), name, path().string());
}

void ImageLayout::update(const std::function<void(Index& index)>& edit) {
  state_->made.run([this] { state_->make(); });
  // The long part comes before the lock.
  state_->blobs.sync();
  const FileLock held = lock();
  const std::string old_text = state_->index_text();
  const Index before = state_->parsed(old_text);
  Index after = before;
  edit(after);
  if (after == before) return;
  const std::string text = with_entries(old_text, before, after.manifests);
  if (after.manifests.size() > kMaxDescriptors || text.size() > kMaxManifestSize) {
    throw Error(ErrorCode::kFailed, path().string() + " holds as many images as a layout can",
                "remove some, for instance with bale untag");
  }
  state_->temporary.replace_file(state_->index_file(), text);
}

void ImageLayout::set_tag(const std::string& name, const Descriptor& descriptor) {
  update([&](Index& all) { set_entry(all, name, descriptor); });
}

bool ImageLayout::remove_tag(std::string_view name) {
  if (!fs::exists(state_->version_file())) return false;
  bool removed = false;
  update([&](Index& all) { removed = remove_entry(all, name); });
  return removed;
}

void ImageLayout::keep_uncompressed_size(const DiffId& layer, std::uint64_t size) {
  if (state_->sizes) state_->sizes->add(layer, size);
}

void ImageLayout::keep_sizes_in(const fs::path& file) {
  state_->sizes = std::make_unique<LayerSizes>(file);
}

std::optional<std::uint64_t> ImageLayout::uncompressed_size(const DiffId& layer) const {
  return state_->sizes ? state_->sizes->find(layer) : std::nullopt;
}

TemporaryFolder& ImageLayout::temporary() { return state_->temporary; }

FileLock ImageLayout::lock() {
  state_->made.run([this] { state_->make(); });
  return FileLock::exclusive(state_->version_file());
}

}  // namespace bale::oci
