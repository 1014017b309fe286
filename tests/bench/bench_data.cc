// SPDX-License-Identifier: Apache-2.0
#include "tests/bench/bench_data.h"

#include <algorithm>
#include <cstdlib>
#include <fstream>

#include <sys/stat.h>

namespace bale::bench {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kSampleSize = std::size_t{8} << 20;

std::string make_sample() {
  std::string sample;
  for (const auto& file : tree()) {
    if (file.entry.type != oci::FileType::kRegular) continue;
    std::string text(file.entry.size, '\0');
    std::ifstream(file.path, std::ios::binary).read(text.data(), static_cast<long>(text.size()));
    sample += text;
    if (sample.size() >= kSampleSize) break;
  }
  sample.resize(kSampleSize, 'x');
  return sample;
}

TreeFile describe(const fs::path& path, const fs::path& root) {
  struct stat status {};
  ::lstat(path.c_str(), &status);
  TreeFile file;
  file.path = path;
  file.entry.path = path.lexically_relative(root).string();
  file.entry.mode = status.st_mode & 07777U;
  file.entry.mtime = {status.st_mtim.tv_sec, 0};
  if (S_ISDIR(status.st_mode)) file.entry.type = oci::FileType::kDirectory;
  if (S_ISREG(status.st_mode)) file.entry.size = static_cast<std::uint64_t>(status.st_size);
  if (S_ISLNK(status.st_mode)) {
    file.entry.type = oci::FileType::kSymlink;
    file.entry.link_target = fs::read_symlink(path).string();
  }
  return file;
}

std::vector<TreeFile> list_tree() {
  const char* named = std::getenv("BALE_BENCH_TREE");
  const fs::path root = named != nullptr ? named : "/usr/include";
  std::vector<TreeFile> files;
  for (const auto& entry : fs::recursive_directory_iterator(root)) {
    files.push_back(describe(entry.path(), root));
  }
  std::sort(files.begin(), files.end(),
            [](const TreeFile& a, const TreeFile& b) { return a.entry.path < b.entry.path; });
  return files;
}

}  // namespace

const std::string& sample() {
  static const std::string text = make_sample();
  return text;
}

const std::vector<TreeFile>& tree() {
  static const std::vector<TreeFile> files = list_tree();
  return files;
}

}  // namespace bale::bench
