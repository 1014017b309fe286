// SPDX-License-Identifier: Apache-2.0
#include "oci/blob_store.h"

#include <map>
#include <mutex>
#include <string>
#include <utility>

#include "oci/error.h"

namespace bale::oci {

namespace {

/// Verifies a source that it owns.
class OwnedVerifyingSource final : public Source {
 public:
  OwnedVerifyingSource(std::unique_ptr<Source> next, const Descriptor& descriptor)
      : next_(std::move(next)), verifier_(*next_, descriptor.digest, descriptor.size) {}
  std::size_t read(MutableBytes buffer) override { return verifier_.read(buffer); }

 private:
  std::unique_ptr<Source> next_;
  VerifyingSource verifier_;
};

/// Content held together with its source.
class SharedTextSource final : public Source {
 public:
  explicit SharedTextSource(std::shared_ptr<const std::string> text)
      : text_(std::move(text)), bytes_(as_bytes(*text_)) {}
  std::size_t read(MutableBytes buffer) override { return bytes_.read(buffer); }

 private:
  std::shared_ptr<const std::string> text_;  // shared: the store may drop it while it is read
  BytesSource bytes_;
};

}  // namespace

std::optional<UniqueFd> BlobProvider::open_file(const Digest&) const { return std::nullopt; }

void BlobStore::keep_uncompressed_size(const DiffId&, std::uint64_t) {}

bool BlobStore::try_clone(const UniqueFd&, const Descriptor&) { return false; }

bool BlobStore::try_adopt(const std::filesystem::path&, const Digest&) { return false; }

std::unique_ptr<Source> BlobProvider::open(const Descriptor& descriptor) const {
  return std::make_unique<OwnedVerifyingSource>(open_unverified(descriptor), descriptor);
}

std::unique_ptr<Source> BlobProvider::open_unverified(const Descriptor& descriptor) const {
  if (descriptor.data) {
    return std::make_unique<SharedTextSource>(std::make_shared<std::string>(*descriptor.data));
  }
  return do_open(descriptor);
}

void copy_blob(const BlobProvider& from, const Descriptor& descriptor, BlobStore& to) {
  if (to.size(descriptor.digest) == descriptor.size) return;
  if (const auto file = from.open_file(descriptor.digest)) {
    if (to.try_clone(*file, descriptor)) return;
  }
  const auto source = from.open(descriptor);
  const auto writer = to.create_blob();
  copy(*source, *writer);
  writer->finish(descriptor.digest);
}

struct MemoryStore::State {
  std::mutex mutex;
  std::map<Digest, std::shared_ptr<const std::string>> blobs;
};

class MemoryStore::Writer final : public BlobWriter {
 public:
  explicit Writer(std::shared_ptr<State> state) : state_(std::move(state)) {}
  void write(Bytes bytes) override { text_ += as_text(bytes); }
  void finish(const Digest& digest) override {
    const std::lock_guard lock(state_->mutex);
    state_->blobs.emplace(digest, std::make_shared<const std::string>(std::move(text_)));
  }

 private:
  std::shared_ptr<State> state_;
  std::string text_;
};

MemoryStore::MemoryStore() : state_(std::make_shared<State>()) {}
MemoryStore::~MemoryStore() = default;

std::optional<std::uint64_t> MemoryStore::size(const Digest& digest) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->blobs.find(digest);
  if (found == state_->blobs.end()) return std::nullopt;
  return found->second->size();
}

std::unique_ptr<BlobWriter> MemoryStore::create_blob() { return std::make_unique<Writer>(state_); }

std::unique_ptr<Source> MemoryStore::do_open(const Descriptor& descriptor) const {
  const std::lock_guard lock(state_->mutex);
  const auto found = state_->blobs.find(descriptor.digest);
  if (found == state_->blobs.end()) {
    throw Error(ErrorCode::kNotFound, "no blob " + descriptor.digest.to_string());
  }
  return std::make_unique<SharedTextSource>(found->second);
}

}  // namespace bale::oci
