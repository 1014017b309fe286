// SPDX-License-Identifier: Apache-2.0
#include "tools/recompressed.h"

#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include "oci/error.h"
#include "oci/fallback_provider.h"
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

/// Shared with the provider of the new image.
std::shared_ptr<oci::BlobStore> place_for_blobs(Program& program, const oci::ImageName& name) {
  if (name.transport == oci::Transport::kStore) {
    return {std::shared_ptr<void>(), &program.store().blobs()};  // the program's, and outlives all
  }
  if (name.transport == oci::Transport::kOciLayout) {
    return std::make_shared<oci::ImageLayout>(oci::ImageLayout::create(name.path));
  }
  auto temporary = std::make_shared<TemporaryLayout>();
  return {temporary, &temporary->layout};
}

}  // namespace

OpenedImage recompressed(Program& program, const OpenedImage& image,
                         const oci::ImageName& destination, const oci::LayerOptions& options,
                         oci::Recompress which) {
  const auto place = place_for_blobs(program, destination);
  const auto task = program.progress().start("compress", image.name.to_string());
  OpenedImage result{image.name, image.root,
                     std::make_shared<oci::FallbackProvider>(place, image.blobs)};
  result.root =
      oci::recompress_image(*image.blobs, image.root, *place, program.pool(), options, which);
  task->done();
  return result;
}

}  // namespace bale::tools
