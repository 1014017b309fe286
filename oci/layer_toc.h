// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "oci/blob_store.h"
#include "oci/tar_entry.h"

namespace bale::oci {

class TarReader;

/// One line of a table of contents: the entry, and for regular files the digest of the content and
/// where it starts in the uncompressed tar.
struct TocEntry {
  TarEntry entry;
  std::optional<Digest> content;
  std::uint64_t offset = 0;
};

/// The table of contents of one layer, in the order of its tar, whiteouts included under their
/// `.wh.` names. Answers what is in a layer without unpacking it. Immutable; thread-safe.
class LayerToc {
 public:
  explicit LayerToc(std::vector<TocEntry> entries) : entries_(std::move(entries)) {}
  const std::vector<TocEntry>& entries() const { return entries_; }

 private:
  std::vector<TocEntry> entries_;
};

/// Reads a table that `LayerWriter` or `scan_layer` wrote. Throws kCorrupt.
LayerToc read_toc(Source& source);

/// Reads a layer blob once, checks its DiffId where one is given (throws kCorrupt), and writes its
/// table of contents. Returns the size of the tar.
std::uint64_t scan_layer(const BlobProvider& blobs, const Descriptor& layer,
                         const std::optional<DiffId>& expected, Sink& toc);

/// The table of a layer blob in memory, with the place of every entry's content, empty ones
/// included.
std::vector<TocEntry> list_entries(const BlobProvider& blobs, const Descriptor& layer);

/// The same of a tar that is read here.
std::vector<TocEntry> list_entries(TarReader& tar);

/// Visits every entry of a layer blob in order; `content` is the entry's data and valid during the
/// call only (what the visitor does not read is skipped). Limits as the extractor has them.
void walk_layer(const BlobProvider& blobs, const Descriptor& layer,
                const std::function<void(const TarEntry& entry, Source& content)>& visit);

}  // namespace bale::oci
