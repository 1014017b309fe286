// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "oci/layer_toc.h"

namespace bale::test {

// Entries of made-up layers, for tests that need no blobs.

oci::TocEntry folder(std::string path, std::uint32_t mode = 0755, std::uint64_t uid = 0,
                     std::uint64_t gid = 0);
oci::TocEntry file(std::string path, std::string_view content = "x", std::uint32_t mode = 0644,
                   std::uint64_t uid = 0, std::uint64_t gid = 0);
oci::TocEntry symlink(std::string path, std::string target);
oci::TocEntry hard_link(std::string path, std::string target);

std::shared_ptr<const oci::LayerToc> table(std::vector<oci::TocEntry> entries);
/// The same as the store keeps it.
std::string packed_table(const std::vector<oci::TocEntry>& entries);

/// An entry on one line: `-0755 0:0 a/b`, `l0777 0:0 a/c -> b`.
std::string describe(const oci::TarEntry& entry);

}  // namespace bale::test
