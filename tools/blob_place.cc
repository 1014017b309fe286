// SPDX-License-Identifier: Apache-2.0
#include "tools/blob_place.h"

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "oci/error.h"
#include "oci/image_layout.h"
#include "oci/spool.h"

namespace bale::tools {

namespace {

/// A folder of our own that goes with its owner.
class UniqueFolder {
 public:
  UniqueFolder() {
    std::string path = oci::spool_folder() / "bale-XXXXXX";
    if (::mkdtemp(path.data()) == nullptr) throw oci::errno_error("creating the folder " + path);
    path_ = path;
  }
  ~UniqueFolder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  UniqueFolder(const UniqueFolder&) = delete;
  UniqueFolder& operator=(const UniqueFolder&) = delete;
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct TemporaryLayout {
  UniqueFolder folder;  // goes after the layout
  oci::ImageLayout layout = oci::ImageLayout::create(folder.path());
};

}  // namespace

std::shared_ptr<oci::BlobStore> temporary_blobs() {
  auto temporary = std::make_shared<TemporaryLayout>();  // shared with the providers made of it
  return {temporary, &temporary->layout};
}

std::shared_ptr<oci::BlobStore> place_for_blobs(Program& program,
                                                const std::vector<oci::ImageName>& names) {
  const bool to_store = std::any_of(names.begin(), names.end(), [](const oci::ImageName& name) {
    return name.transport == oci::Transport::kStore;
  });
  if (to_store) {
    return {std::shared_ptr<void>(), &program.store().blobs()};  // the program's, and outlives all
  }
  if (names.size() == 1 && names.front().transport == oci::Transport::kOciLayout) {
    return std::make_shared<oci::ImageLayout>(oci::ImageLayout::create(names.front().path));
  }
  return temporary_blobs();
}

}  // namespace bale::tools
