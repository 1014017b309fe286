// SPDX-License-Identifier: Apache-2.0
#include "builder/archive_folder.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "builder/archive_stream.h"
#include "oci/layer_extractor.h"

namespace bale::builder {

namespace {

using namespace std::string_view_literals;

/// The first bytes of what each compressor writes.
constexpr std::array kPackedStarts = {"\x1f\x8b"sv, "BZh"sv,
                                      "\xfd"
                                      "7zXZ\0"sv,
                                      "\x28\xb5\x2f\xfd"sv};
constexpr std::size_t kMagicOffset = 257;  // of "ustar" in the header of a tar

}  // namespace

void unpack_archive(oci::Source& packed, const std::filesystem::path& folder) {
  oci::ExtractOptions options;
  options.whiteouts = oci::WhiteoutStyle::kKeep;
  options.keep_ownership = false;
  ArchiveStream plain(packed);
  oci::extract_tar(plain, folder, options);
}

bool is_archive(oci::Bytes start) {
  const std::string_view text(reinterpret_cast<const char*>(start.data()), start.size());
  const auto begins = [text](std::string_view magic) { return text.starts_with(magic); };
  return std::any_of(kPackedStarts.begin(), kPackedStarts.end(), begins) ||
         (text.size() > kMagicOffset && text.substr(kMagicOffset).starts_with("ustar"));
}

}  // namespace bale::builder
