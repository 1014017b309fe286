// SPDX-License-Identifier: Apache-2.0
#include "builder/context.h"

#include <initializer_list>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMaxDockerfile = std::size_t{16} * 1024 * 1024;

std::optional<fs::path> first_file(std::initializer_list<fs::path> candidates) {
  std::error_code ignored;
  for (const fs::path& each : candidates)
    if (fs::exists(each, ignored) && !fs::is_directory(each, ignored)) return each;
  return std::nullopt;
}

/// The path with `suffix` after its last component.
fs::path with_suffix(const fs::path& path, const char* suffix) { return path.string() + suffix; }

fs::path find_dockerfile(const ContextOptions& options) {
  const std::string& named = options.dockerfile;
  const auto found =
      named.empty() ? first_file({options.folder / "Containerfile", options.folder / "Dockerfile"})
                    : first_file({named, options.folder / named});
  if (found) return *found;
  if (!named.empty())
    throw oci::Error(oci::ErrorCode::kInvalid, "reading " + named + ": no such file",
                     "-f names it from here or from the build's folder");
  throw oci::Error(oci::ErrorCode::kInvalid,
                   "no Containerfile or Dockerfile in " + options.folder.string(),
                   "name the Dockerfile with -f, or another folder as the last argument");
}

std::optional<fs::path> find_ignore_file(const ContextOptions& options,
                                         const std::optional<fs::path>& dockerfile) {
  if (!options.ignore_file.empty()) return options.ignore_file;
  if (dockerfile) {
    const auto own = first_file(
        {with_suffix(*dockerfile, ".containerignore"), with_suffix(*dockerfile, ".dockerignore")});
    if (own) return own;
  }
  return first_file({options.folder / ".containerignore", options.folder / ".dockerignore"});
}

}  // namespace

Context find_context(const ContextOptions& options, oci::Source& standard_input) {
  std::error_code ignored;
  if (!fs::is_directory(options.folder, ignored))
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "building from " + options.folder.string() + ": it is not a folder");
  Context context;
  context.folder = options.folder;
  std::optional<fs::path> dockerfile;
  if (options.dockerfile == "-") {
    context.dockerfile_name = "standard input";
    context.dockerfile = oci::read_all(standard_input, kMaxDockerfile);
  } else {
    dockerfile = find_dockerfile(options);
    context.dockerfile_name = dockerfile->lexically_normal().string();
    context.dockerfile = oci::read_file(*dockerfile, kMaxDockerfile);
  }
  context.ignore_file = find_ignore_file(options, dockerfile);
  return context;
}

}  // namespace bale::builder
