// SPDX-License-Identifier: Apache-2.0
#include "tests/support/large_image.h"

#include <algorithm>
#include <string>

#include "oci/document.h"
#include "tests/support/random_bytes.h"
#include "tests/support/test_image.h"

namespace bale::test {

oci::Descriptor add_large_blob(oci::BlobStore& store, std::uint64_t size, std::uint64_t seed) {
  constexpr std::uint64_t kMiB = std::uint64_t{1} << 20;
  const std::string piece = random_bytes(std::min(size, 16 * kMiB), seed);
  const auto writer = store.create_blob();
  oci::Hasher hasher;
  for (std::uint64_t left = size; left > 0;) {
    const std::uint64_t part = std::min<std::uint64_t>(left, piece.size());
    const oci::Bytes bytes = oci::as_bytes(std::string_view(piece).substr(0, part));
    hasher.update(bytes);
    writer->write(bytes);
    left -= part;
  }
  const oci::Digest digest = hasher.finish();
  writer->finish(digest);
  return {.media_type = oci::media_type::kOciLayer, .digest = digest, .size = size};
}

oci::Descriptor add_image_of(oci::BlobStore& store, const std::vector<oci::Descriptor>& layers) {
  std::string ids;
  for (const oci::Descriptor& layer : layers) {
    ids += (ids.empty() ? "\"" : ",\"") + layer.digest.to_string() + "\"";
  }
  const auto config =
      add_blob(store,
               R"({"architecture":"amd64","os":"linux","rootfs":{"type":"layers","diff_ids":[)" +
                   ids + "]}}",
               oci::media_type::kOciConfig);
  const auto manifest = oci::make_document(oci::Manifest{.config = config, .layers = layers});
  oci::write_blob(store, manifest.descriptor, manifest.bytes);
  return manifest.descriptor;
}

}  // namespace bale::test
