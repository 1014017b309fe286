// SPDX-License-Identifier: Apache-2.0
#include "builder/archive_tree.h"

#include <utility>

#include "builder/archive_stream.h"
#include "oci/error.h"
#include "oci/tar_reader.h"

namespace bale::builder {

namespace {

/// The plain bytes of an archive and the reader of its entries.
struct OpenArchive {
  explicit OpenArchive(oci::Source& packed) : plain(packed), tar(plain) {}

  ArchiveStream plain;
  oci::TarReader tar;
};

std::vector<oci::TocEntry> read_table(oci::Source& packed) {
  std::vector<oci::TocEntry> entries;
  std::optional<OpenArchive> archive;
  std::optional<oci::TarEntry> entry;
  try {
    archive.emplace(packed);
    entry = archive->tar.next();
  } catch (const oci::Error& error) {
    // What is no archive at all shows before its first file.
    if (error.code() != oci::ErrorCode::kCorrupt) throw;
    return entries;
  }
  for (; entry; entry = archive->tar.next()) {
    oci::TocEntry line{*std::move(entry), std::nullopt, archive->tar.content_offset()};
    if (line.entry.type == oci::FileType::kRegular)
      line.content = oci::digest_of(archive->tar.content());
    entries.push_back(std::move(line));
  }
  return entries;
}

}  // namespace

std::shared_ptr<const ArchiveTree> ArchiveTree::open(std::shared_ptr<const FileTree> tree,
                                                     const std::string& path) {
  std::vector<oci::TocEntry> entries;
  try {
    tree->read(std::span(&path, 1),
               [&](std::size_t, oci::Source& packed) { entries = read_table(packed); });
    if (entries.empty()) return nullptr;
    return std::shared_ptr<const ArchiveTree>(
        new ArchiveTree(std::move(tree), path, oci::LayerToc(std::move(entries))));
  } catch (const oci::Error& error) {
    throw error.in("unpacking " + path);
  }
}

ArchiveTree::ArchiveTree(std::shared_ptr<const FileTree> tree, std::string path, oci::LayerToc toc)
    : MergedTree({std::make_shared<const oci::LayerToc>(std::move(toc))}),
      tree_(std::move(tree)),
      path_(std::move(path)) {}

void ArchiveTree::read_layer(std::uint32_t, Pass& pass) const {
  tree_->read(std::span(&path_, 1), [&](std::size_t, oci::Source& packed) {
    OpenArchive archive(packed);
    while (!pass.done() && archive.tar.next()) pass.entry(archive.tar.content());
  });
}

}  // namespace bale::builder
