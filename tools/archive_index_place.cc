// SPDX-License-Identifier: Apache-2.0
#include "tools/archive_index_place.h"

#include <memory>
#include <utility>

#include <unistd.h>

#include "oci/document.h"
#include "oci/error.h"
#include "oci/fallback_provider.h"
#include "oci/file_lock.h"
#include "oci/layout_index.h"
#include "oci/new_file.h"
#include "tools/interruptible_provider.h"

namespace bale::tools {

namespace {

namespace fs = std::filesystem;

std::optional<PlacedImage> find(const std::optional<oci::OciArchive>& archive,
                                const std::string& name) {
  if (!archive) return std::nullopt;
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

std::optional<oci::OciArchive> ArchiveIndexPlace::open() const {
  if (!fs::exists(path_)) return std::nullopt;
  return oci::OciArchive::open(path_);
}

std::optional<PlacedImage> ArchiveIndexPlace::read() { return find(open(), name_); }

void ArchiveIndexPlace::bring(const IndexSource& source) { sources_.push_back(source.blobs); }

oci::Document<oci::Index> ArchiveIndexPlace::update(const Edit& edit) {
  const oci::FileLock held = lock_edits(path_);
  auto archive = open();
  const auto now = find(archive, name_);
  auto document = changed_document(now, edit);
  if (!document) return *now->index;
  oci::Index index = archive ? archive->index() : oci::Index{};
  oci::set_entry(index, name_, document->descriptor);
  const auto documents = std::make_shared<oci::MemoryStore>();
  oci::write_blob(*documents, document->descriptor, document->bytes);
  std::shared_ptr<const oci::BlobProvider> blobs = documents;
  const auto add = [&](std::shared_ptr<const oci::BlobProvider> more) {
    blobs = std::make_shared<oci::FallbackProvider>(std::move(blobs), std::move(more));
  };
  if (archive) add(std::make_shared<oci::OciArchive>(*std::move(archive)));
  for (const auto& source : sources_) add(source);
  write(index, std::move(blobs));
  return *std::move(document);
}

bool ArchiveIndexPlace::remove() {
  const oci::FileLock held = lock_edits(path_);
  auto archive = open();
  if (!archive) return false;
  oci::Index index = archive->index();
  if (!oci::remove_entry(index, name_)) return false;
  if (!index.manifests.empty()) {
    write(index, std::make_shared<oci::OciArchive>(*std::move(archive)));
  } else if (const fs::path file = fs::canonical(path_); ::unlink(file.c_str()) != 0) {
    throw oci::errno_error("removing " + file.string());
  }
  return true;
}

void ArchiveIndexPlace::write(const oci::Index& index,
                              std::shared_ptr<const oci::BlobProvider> blobs) const {
  const InterruptibleProvider interruptible(std::move(blobs), program_.stop());
  oci::NewFile file(path_);
  oci::write_oci_archive(interruptible, index, file);
  file.finish(oci::Durability::kSynced);  // the old one may be the only copy that there is
}

}  // namespace bale::tools
