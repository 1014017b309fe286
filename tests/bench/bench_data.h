// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "oci/tar_entry.h"

namespace bale::bench {

/// 8 MiB that compress as programs and their sources do.
const std::string& sample();

/// A file of the host, as a layer will have it.
struct TreeFile {
  oci::TarEntry entry;
  std::filesystem::path path;
};

/// A real tree: $BALE_BENCH_TREE, else /usr/include. Sorted; folders, files and symlinks.
const std::vector<TreeFile>& tree();

}  // namespace bale::bench
