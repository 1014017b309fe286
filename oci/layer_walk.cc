// SPDX-License-Identifier: Apache-2.0
#include <utility>

#include "oci/error.h"
#include "oci/layer_reader.h"
#include "oci/layer_toc.h"
#include "oci/toc_writer.h"

namespace bale::oci {

namespace {

/// Calls `visit` for every entry, with the reader as it stands at the entry's content. Returns the
/// size of the tar.
template <typename Visit>
std::uint64_t for_each_entry(const BlobProvider& blobs, const Descriptor& layer,
                             const std::optional<DiffId>& expected, Visit visit) {
  try {
    LayerReader reader(blobs, layer, expected);
    while (auto entry = reader.tar().next()) visit(*std::move(entry), reader.tar());
    return reader.finish();
  } catch (const Error& error) {
    throw error.in("reading layer " + layer.digest.to_string());
  }
}

/// The entry that the reader stands at, its content read.
TocEntry described(TarEntry entry, TarReader& tar) {
  TocEntry line{std::move(entry), std::nullopt, tar.content_offset()};
  if (line.entry.type == FileType::kRegular) line.content = digest_of(tar.content());
  return line;
}

}  // namespace

void walk_layer(const BlobProvider& blobs, const Descriptor& layer,
                const std::function<void(const TarEntry& entry, Source& content)>& visit) {
  for_each_entry(blobs, layer, std::nullopt,
                 [&](const TarEntry& entry, TarReader& tar) { visit(entry, tar.content()); });
}

std::vector<TocEntry> list_entries(const BlobProvider& blobs, const Descriptor& layer) {
  std::vector<TocEntry> entries;
  for_each_entry(blobs, layer, std::nullopt, [&](TarEntry entry, TarReader& tar) {
    entries.push_back(described(std::move(entry), tar));
  });
  return entries;
}

std::vector<TocEntry> list_entries(TarReader& tar) {
  std::vector<TocEntry> entries;
  while (auto entry = tar.next()) entries.push_back(described(*std::move(entry), tar));
  return entries;
}

std::uint64_t scan_layer(const BlobProvider& blobs, const Descriptor& layer,
                         const std::optional<DiffId>& expected, Sink& toc) {
  TocWriter writer(toc);
  const std::uint64_t size = for_each_entry(
      blobs, layer, expected,
      [&](TarEntry entry, TarReader& tar) { writer.add(described(std::move(entry), tar)); });
  writer.finish();
  return size;
}

}  // namespace bale::oci
