// SPDX-License-Identifier: Apache-2.0
#include "registry/pull.h"

#include <functional>
#include <utility>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/image.h"
#include "oci/image_walk.h"
#include "oci/manifest.h"
#include "registry/transfer_group.h"

namespace bale::registry {

namespace {

/// Documents of an image as they are fetched, ahead of their blobs: read once, from the store where
/// it has them, written to the store when everything below them is there.
class FetchedDocuments final : public oci::BlobProvider {
 public:
  FetchedDocuments(const Repository& from, const oci::BlobStore& store)
      : from_(from), store_(store) {}

  void keep(const FetchedManifest& manifest) {
    oci::write_blob(fetched_, manifest.descriptor, manifest.bytes);
  }

  std::optional<std::uint64_t> size(const oci::Digest& digest) const override {
    if (const auto known = fetched_.size(digest)) return known;
    return store_.size(digest);
  }

 private:
  std::unique_ptr<oci::Source> do_open(const oci::Descriptor& descriptor) const override {
    if (!size(descriptor.digest)) {
      const FetchedManifest manifest = from_.get_manifest(descriptor.digest.to_string());
      oci::write_blob(fetched_, descriptor, manifest.bytes);
    }
    if (fetched_.size(descriptor.digest)) return fetched_.open_unverified(descriptor);
    return store_.open_unverified(descriptor);
  }

  const Repository& from_;
  const oci::BlobStore& store_;
  mutable oci::MemoryStore fetched_;  // a cache; thread-safe
};

/// Has the manifests of an index fetched side by side: the walk that follows asks for one after the
/// other.
void prefetch_children(const FetchedDocuments& documents, const oci::Descriptor& root,
                       std::size_t jobs, const std::stop_token& stop) {
  if (!root.media_type.is_index()) return;
  const std::vector<oci::Descriptor> entries = oci::read_index(documents, root).value.manifests;
  TransferGroup group(jobs, stop);
  for (const oci::Descriptor& entry : entries) {
    if (entry.media_type.is_manifest()) group.run([&] { (void)documents.open_unverified(entry); });
  }
  group.wait();
}

/// Reports how far a download is.
class ReportingSink final : public oci::Sink {
 public:
  ReportingSink(oci::Sink& next, oci::ProgressTask& task, std::uint64_t size)
      : next_(next), task_(task), size_(size) {}
  void write(oci::Bytes bytes) override {
    next_.write(bytes);
    task_.advance(done_ += bytes.size(), size_);
  }

 private:
  oci::Sink& next_;
  oci::ProgressTask& task_;
  std::uint64_t size_;
  std::uint64_t done_ = 0;
};

void pull_blob(const Repository& from, const oci::Descriptor& blob, oci::BlobStore& to,
               PartialBlobs* partial, oci::Progress& progress) {
  if (to.size(blob.digest) == blob.size) return;
  const auto task = progress.start(from.name(), std::string(blob.digest.short_hex()));
  try {
    if (partial == nullptr || !partial->fetch(from, blob, to, *task)) {
      const auto source = from.open(blob);
      const auto writer = to.create_blob();
      ReportingSink sink(*writer, *task, blob.size);
      oci::copy(*source, sink);
      writer->finish(blob.digest);
    }
  } catch (const oci::Error& error) {
    throw error.in("pulling " + blob.digest.to_string() + " from " + from.name());
  }
  task->note("downloaded");
  task->done();
}

FetchedManifest fetch_root(const Repository& from, std::string_view reference) {
  try {
    return from.get_manifest(reference);
  } catch (const oci::Error& error) {
    throw error.in("pulling " + from.name_of(reference));
  }
}

/// The document that the platforms make of `root`.
oci::Descriptor narrow(const FetchedDocuments& documents, const oci::Descriptor& root,
                       const std::vector<oci::Platform>& platforms, oci::BlobStore& to) {
  if (platforms.empty()) return root;
  if (platforms.size() == 1 && root.media_type.is_index()) {
    return oci::select_platform(oci::read_index(documents, root).value, platforms.front());
  }
  if (!root.media_type.is_index()) {
    for (const oci::Platform& platform : platforms) {
      (void)oci::select_image(documents, root, platform);
    }
    return root;
  }
  const oci::Index index = oci::read_index(documents, root).value;
  const auto smaller = oci::make_document(oci::select_platforms(index, platforms));
  oci::write_blob(to, smaller.descriptor, smaller.bytes);
  return smaller.descriptor;
}

}  // namespace

void pull_blobs(const Repository& from, const std::vector<oci::Descriptor>& blobs,
                oci::BlobStore& to, const PullOptions& options, oci::Progress& progress,
                const std::stop_token& stop) {
  TransferGroup group(options.jobs, stop);
  const Repository source = from.with_stop(group.token());
  for (const oci::Descriptor& blob : blobs) {
    group.run([&, blob] { pull_blob(source, blob, to, options.partial, progress); });
  }
  group.wait();
}

oci::Descriptor resolve_image(const Repository& from, std::string_view reference,
                              const std::vector<oci::Platform>& platforms, oci::BlobStore& to) {
  FetchedDocuments documents(from, to);
  const FetchedManifest root = fetch_root(from, reference);
  documents.keep(root);
  return narrow(documents, root.descriptor, platforms, to);
}

oci::Descriptor pull_image(const Repository& from, std::string_view reference, oci::BlobStore& to,
                           const PullOptions& options, oci::Progress& progress,
                           const std::stop_token& stop) {
  const Repository source = from.with_stop(stop);
  FetchedDocuments documents(source, to);
  const FetchedManifest fetched = fetch_root(source, reference);
  documents.keep(fetched);
  oci::Descriptor root = narrow(documents, fetched.descriptor, options.platforms, to);
  prefetch_children(documents, root, options.jobs, stop);
  std::vector<oci::Descriptor> blobs;
  std::vector<oci::Descriptor> manifests;
  oci::for_each_blob(documents, root, [&](const oci::WalkedBlob& blob) {
    switch (blob.role) {
      case oci::BlobRole::kIndex:
      case oci::BlobRole::kManifest:
        manifests.push_back(blob.descriptor);
        break;
      case oci::BlobRole::kConfig:
      case oci::BlobRole::kLayer:
      case oci::BlobRole::kOther:
        if (!oci::is_foreign(blob.descriptor)) blobs.push_back(blob.descriptor);
        break;
    }
  });
  pull_blobs(source, blobs, to, options, progress, stop);
  // Parents came before children in the walk; the store gets them the other way round.
  for (auto manifest = manifests.rbegin(); manifest != manifests.rend(); ++manifest) {
    oci::write_blob(to, *manifest, oci::read_blob(documents, *manifest, oci::kMaxManifestSize));
  }
  return root;
}

}  // namespace bale::registry
