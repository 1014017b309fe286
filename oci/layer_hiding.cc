// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_hiding.h"

#include <cerrno>
#include <optional>

#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>

#include "oci/error.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

[[noreturn]] void fail(const char* action, const std::string& path) {
  throw errno_error(std::string(action) + ' ' + in_quotes(path));
}

}  // namespace

void LayerHiding::keep(const std::string& path) {
  if (options_.whiteouts == WhiteoutStyle::kApply) kept_.insert(path);
}

void LayerHiding::hide(const std::string& path) {
  if (options_.whiteouts == WhiteoutStyle::kApply) return remove_older(path);
  make_whiteout_node(path);
}

void LayerHiding::hide_below(const std::string& folder) {
  if (options_.whiteouts == WhiteoutStyle::kApply) return remove_older_below(folder);
  make_opaque(folder);
}

/// The path or something under it.
bool LayerHiding::is_kept(const std::string& path) const {
  if (kept_.count(path) != 0) return true;
  const auto below = kept_.lower_bound(path + '/');
  return below != kept_.end() && below->compare(0, path.size() + 1, path + '/') == 0;
}

void LayerHiding::remove_older(const std::string& path) {
  if (is_kept(path)) return remove_older_below(path);
  if (const auto place = root_.find_place(path)) root_.remove(*place);
}

void LayerHiding::remove_older_below(const std::string& folder) {
  for (const auto& name : root_.names_in(folder)) {
    remove_older(folder.empty() ? name : folder + '/' + name);
  }
}

void LayerHiding::make_whiteout_node(const std::string& path) {
  const Place place = root_.place(path);
  if (::mknodat(place.folder, place.name.c_str(), S_IFCHR, makedev(0, 0)) == 0) return;
  if (errno != EEXIST) fail("making a whiteout for", path);
  if (root_.open_folder(path)) mark_opaque(path);
}

void LayerHiding::make_opaque(const std::string& folder) {
  if (!folder.empty() && !root_.open_folder(folder)) {
    const Place place = root_.place(folder);
    if (::mkdirat(place.folder, place.name.c_str(), 0755) != 0) fail("making folder", folder);
  }
  mark_opaque(folder);
}

void LayerHiding::mark_opaque(const std::string& folder) {
  const char* name = options_.overlay_marks == OverlayMarks::kTrusted ? "trusted.overlay.opaque"
                                                                      : "user.overlay.opaque";
  const UniqueFd fd = root_.open_folder(folder);
  if (!fd || ::fsetxattr(fd.get(), name, "y", 1, 0) != 0) fail("marking as opaque", folder);
}

}  // namespace bale::oci
