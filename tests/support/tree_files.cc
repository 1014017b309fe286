// SPDX-License-Identifier: Apache-2.0
#include "tests/support/tree_files.h"

#include <fmt/format.h>

#include "oci/bytes.h"
#include "oci/io.h"
#include "oci/toc_writer.h"

namespace bale::test {

oci::TocEntry folder(std::string path, std::uint32_t mode, std::uint64_t uid, std::uint64_t gid) {
  return {.entry = {.path = std::move(path),
                    .type = oci::FileType::kDirectory,
                    .mode = mode,
                    .uid = uid,
                    .gid = gid},
          .content = std::nullopt};
}

oci::TocEntry file(std::string path, std::string_view content, std::uint32_t mode,
                   std::uint64_t uid, std::uint64_t gid) {
  return {.entry = {.path = std::move(path),
                    .mode = mode,
                    .uid = uid,
                    .gid = gid,
                    .size = content.size()},
          .content = oci::Digest::of(oci::as_bytes(content))};
}

oci::TocEntry symlink(std::string path, std::string target) {
  return {.entry = {.path = std::move(path),
                    .type = oci::FileType::kSymlink,
                    .mode = 0777,
                    .link_target = std::move(target)},
          .content = std::nullopt};
}

oci::TocEntry hard_link(std::string path, std::string target) {
  return {.entry = {.path = std::move(path),
                    .type = oci::FileType::kHardLink,
                    .link_target = std::move(target)},
          .content = std::nullopt};
}

std::string packed_table(const std::vector<oci::TocEntry>& entries) {
  oci::StringSink table;
  oci::TocWriter writer(table);
  for (const auto& each : entries) writer.add(each);
  writer.finish();
  return table.text();
}

std::shared_ptr<const oci::LayerToc> table(std::vector<oci::TocEntry> entries) {
  return std::make_shared<const oci::LayerToc>(std::move(entries));
}

namespace {

char type_letter(oci::FileType type) {
  switch (type) {
    case oci::FileType::kRegular:
      return '-';
    case oci::FileType::kDirectory:
      return 'd';
    case oci::FileType::kSymlink:
      return 'l';
    case oci::FileType::kHardLink:
      return 'h';
    case oci::FileType::kCharDevice:
      return 'c';
    case oci::FileType::kBlockDevice:
      return 'b';
    case oci::FileType::kFifo:
      return 'p';
  }
  return '?';
}

}  // namespace

std::string describe(const oci::TarEntry& entry) {
  const std::string target = entry.link_target.empty() ? "" : " -> " + entry.link_target;
  return fmt::format("{}{:04o} {}:{} {}{}", type_letter(entry.type), entry.mode, entry.uid,
                     entry.gid, entry.path, target);
}

}  // namespace bale::test
