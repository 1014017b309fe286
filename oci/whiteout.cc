// SPDX-License-Identifier: Apache-2.0
#include "oci/whiteout.h"

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

constexpr std::string_view kPrefix = ".wh.";
constexpr std::string_view kReservedPrefix = ".wh..wh.";
constexpr std::string_view kOpaqueName = ".wh..wh..opq";

}  // namespace

Whiteout parse_whiteout(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  const std::string_view folder = path.substr(0, slash == std::string_view::npos ? 0 : slash);
  const std::string_view name = path.substr(slash == std::string_view::npos ? 0 : slash + 1);
  if (name.substr(0, kPrefix.size()) != kPrefix) return {};
  if (name == kOpaqueName) return {Whiteout::Kind::kOpaque, std::string(folder)};
  if (name.substr(0, kReservedPrefix.size()) == kReservedPrefix) {
    return {Whiteout::Kind::kReserved, {}};
  }
  const std::string_view hidden = name.substr(kPrefix.size());
  if (hidden.empty() || hidden == "." || hidden == "..") {
    throw Error(ErrorCode::kCorrupt, "whiteout " + in_quotes(path) + " hides nothing");
  }
  std::string target(folder);
  if (!target.empty()) target += '/';
  return {Whiteout::Kind::kHides, target.append(hidden)};
}

}  // namespace bale::oci
