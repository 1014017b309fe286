// SPDX-License-Identifier: Apache-2.0
#include "tools/archive_index_place.h"

#include <deque>
#include <memory>
#include <utility>

#include <unistd.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/fallback_provider.h"
#include "oci/file_lock.h"
#include "oci/image_walk.h"
#include "oci/layout_index.h"
#include "oci/new_file.h"
#include "tools/interruptible_provider.h"

namespace bale::tools {

namespace {

namespace fs = std::filesystem;

std::optional<PlacedImage> find(const oci::OciArchive* archive, const std::string& name) {
  if (archive == nullptr) return std::nullopt;
  return placed(*archive, oci::find_entry(archive->index(), name));
}

/// Between processes that change archives in one folder: the file itself is another one after each
/// change.
oci::FileLock lock_edits(const fs::path& file) {
  return oci::FileLock::exclusive(fs::weakly_canonical(fs::absolute(file)).parent_path());
}

}  // namespace

ArchiveIndexPlace::ArchiveIndexPlace(Program& program, fs::path path, std::string name)
    : program_(program), path_(std::move(path)), name_(std::move(name)) {
  if (path_ != "-" && (!fs::exists(path_) || fs::is_regular_file(path_))) return;
  throw oci::Error(oci::ErrorCode::kInvalid, path_.string() + " is no file to keep an index in",
                   "make the index in the store or a layout (oci:); bale copy writes it there");
}

std::shared_ptr<const oci::OciArchive> ArchiveIndexPlace::open() const {
  if (!fs::exists(path_)) return nullptr;
  return std::make_shared<const oci::OciArchive>(oci::OciArchive::open(path_));
}

std::optional<PlacedImage> ArchiveIndexPlace::read() { return find(open().get(), name_); }

void ArchiveIndexPlace::bring(const IndexSource& source) { sources_.push_back(source); }

oci::Document<oci::Index> ArchiveIndexPlace::update(const Edit& edit) {
  const oci::FileLock held = lock_edits(path_);
  const auto archive = open();
  const auto now = find(archive.get(), name_);
  auto document = changed_document(now, edit);
  if (!document) {
    // It may be sparse, and be given what it lacks.
    if (!brings_more_than(archive)) return *now->index;
    document = now->index;
  }
  oci::Index index = archive ? archive->index() : oci::Index{};
  oci::set_entry(index, name_, document->descriptor);
  const auto documents = std::make_shared<oci::MemoryStore>();
  oci::write_blob(*documents, document->descriptor, document->bytes);
  write({archive, std::move(index.manifests)}, documents);
  return *std::move(document);
}

bool ArchiveIndexPlace::remove() {
  const oci::FileLock held = lock_edits(path_);
  const auto archive = open();
  if (!archive) return false;
  oci::Index index = archive->index();
  if (!oci::remove_entry(index, name_)) return false;
  if (!index.manifests.empty()) {
    write({archive, std::move(index.manifests)}, std::make_shared<oci::MemoryStore>());
  } else if (const fs::path file = fs::canonical(path_); ::unlink(file.c_str()) != 0) {
    throw oci::errno_error("removing " + file.string());
  }
  return true;
}

bool ArchiveIndexPlace::brings_more_than(const Blobs& blobs) const {
  bool more = false;
  for (const auto& source : sources_) {
    const oci::FallbackProvider completed(blobs, source.blobs);
    for (const auto& entry : source.entries) {
      oci::for_each_blob(completed, entry, [&](const oci::WalkedBlob& blob) {
        more |= !blobs->size(blob.descriptor.digest) && !oci::is_foreign(blob.descriptor);
      });
    }
  }
  return more;
}

ArchiveIndexPlace::Blobs ArchiveIndexPlace::blobs_of(const Rewrite& rewrite) const {
  if (!rewrite.before) return std::make_shared<const oci::MemoryStore>();
  return std::make_shared<const InterruptibleProvider>(rewrite.before, program_.stop());
}

void ArchiveIndexPlace::write(const Rewrite& rewrite, const Blobs& documents) const {
  const Blobs before = blobs_of(rewrite);
  const oci::FallbackProvider kept(documents, before);
  std::vector<oci::ArchivedImages> images{{kept, rewrite.entries, oci::Absent::kSkipped}};
  std::deque<oci::FallbackProvider> completed;
  for (const auto& source : sources_) {
    images.push_back({completed.emplace_back(before, source.blobs), source.entries});
  }
  const auto& old = rewrite.before;
  const std::string index =
      old ? oci::with_entries(old->index_json(), old->index(), rewrite.entries)
          : oci::to_json(oci::Index{.manifests = rewrite.entries});
  oci::NewFile file(path_);
  oci::write_oci_archive(images, index, file);
  file.finish(oci::Durability::kSynced);  // the old one may be the only copy that there is
}

}  // namespace bale::tools
