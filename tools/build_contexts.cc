// SPDX-License-Identifier: Apache-2.0
#include "tools/build_contexts.h"

#include <array>
#include <utility>

#include <fcntl.h>

#include "builder/archive_folder.h"
#include "builder/context_tree.h"
#include "builder/remote_source.h"
#include "oci/error.h"
#include "oci/fd.h"
#include "oci/pipe_source.h"
#include "tools/open_image.h"
#include "tools/standard_input.h"

namespace bale::tools {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxDockerfileSize = std::size_t{16} << 20U;
constexpr std::size_t kStartSize = 512;

[[noreturn]] void refuse(const std::string& message, std::string hint = {}) {
  throw oci::Error(oci::ErrorCode::kInvalid, message, std::move(hint));
}

/// The rest of a text that begins with `prefix`.
std::optional<std::string> after(const std::string& text, std::string_view prefix) {
  return text.starts_with(prefix) ? std::optional(text.substr(prefix.size())) : std::nullopt;
}

/// A source whose first bytes were read already.
class StartedSource final : public oci::Source {
 public:
  StartedSource(oci::Bytes start, oci::Source& rest) : start_(start), rest_(rest) {}

  std::size_t read(oci::MutableBytes buffer) override {
    const std::size_t got = start_.read(buffer);
    return got > 0 || buffer.empty() ? got : rest_.read(buffer);
  }

 private:
  oci::BytesSource start_;
  oci::Source& rest_;
};

/// What is no folder of this machine yet.
bool is_elsewhere(const std::string& source) {
  return source == "-" || source.starts_with("github.com/") || builder::is_remote_source(source);
}

fs::path existing_folder(const std::string& text) {
  if (fs::is_directory(text)) return fs::canonical(text);
  throw oci::Error(oci::ErrorCode::kNotFound, "the build context " + text + " is no folder",
                   "a folder, an archive's or a repository's URL, or - for standard input");
}

}  // namespace

BuildContexts::BuildContexts(Program& program, builder::RemoteFiles& remote,
                             StoreImageResolver& images)
    : program_(program),
      remote_(remote),
      images_(images),
      temporary_(program.store().cache_folder() / "contexts") {}

BuildContexts::Main BuildContexts::open(const std::string& text, GitDir git_dir) {
  if (text == "-") return open_standard_input();
  if (fs::is_directory(text)) return {existing_folder(text), std::nullopt, true};
  if (text.starts_with("github.com/")) return check_out("https://" + text, git_dir);
  if (builder::is_git_source(text)) return check_out(text, git_dir);
  if (builder::is_remote_source(text)) return open_download(text);
  return {existing_folder(text), std::nullopt, true};
}

std::map<std::string, builder::NamedContextSource> BuildContexts::open_named(
    const std::vector<std::string>& texts) {
  std::map<std::string, builder::NamedContextSource> contexts;
  for (const auto& text : texts) {
    const auto equals = text.find('=');
    if (equals == 0 || equals == std::string::npos || equals + 1 == text.size()) {
      refuse("--build-context is NAME=SOURCE, not \"" + text + "\"");
    }
    const std::string name = text.substr(0, equals);
    contexts.insert_or_assign(name, open_source(name, text.substr(equals + 1)));
  }
  return contexts;
}

builder::NamedContextSource BuildContexts::open_source(const std::string& name,
                                                       const std::string& source) {
  for (const char* prefix : {"docker-image://", "container-image://", "docker://"}) {
    if (const auto image = after(source, prefix)) return oci::Reference::parse(*image);
  }
  if (const auto path = after(source, "oci-layout://")) return open_layout(name, *path);
  if (!is_elsewhere(source)) existing_folder(source);  // whether it is there is told at once
  return builder::folder_source([this, name, source] {
    Main opened = open(source, GitDir::kRemove);
    if (opened.dockerfile) refuse("the build context " + name + " is no archive: " + source);
    return std::move(opened.folder);
  });
}

/// The layout's image gets a name that nothing else can have, under which the resolver knows it.
oci::Reference BuildContexts::open_layout(const std::string& name, const std::string& path) {
  auto image = open_image(program_, "oci:" + path);
  const auto reference =
      oci::Reference::parse("oci-layout.invalid/context@" + image.root.digest.to_string());
  program_.progress().debug("the build context " + name + " is " + reference.to_string());
  images_.add(reference, std::move(image));
  return reference;
}

BuildContexts::Main BuildContexts::check_out(const std::string& repository, GitDir git_dir) {
  const auto source = builder::parse_git_source(repository);
  const GitDir wanted =
      source.keep_git_dir ? (*source.keep_git_dir ? GitDir::kKeep : GitDir::kRemove) : git_dir;
  const auto tree = remote_.checkouts().checkout(source, wanted, program_.stop());
  const fs::path folder = fs::weakly_canonical(tree / source.folder);
  const auto [end, ignored] = std::mismatch(tree.begin(), tree.end(), folder.begin(), folder.end());
  if (end != tree.end() || !fs::is_directory(folder)) {
    throw oci::Error(oci::ErrorCode::kNotFound,
                     "the repository " + source.repository + " has no folder " + source.folder);
  }
  // A checkout has the time of its commit.
  return {.folder = folder, .time = builder::ContextTree(tree).find("")->entry.mtime.seconds};
}

BuildContexts::Main BuildContexts::open_download(const std::string& url) {
  const auto download = remote_.downloads().get(url, std::nullopt, program_.stop());
  oci::FileSource content(oci::open_file(download.path, O_RDONLY));
  Main made = unpack(content, url);
  made.time = download.modified.seconds;
  return made;
}

BuildContexts::Main BuildContexts::open_standard_input() {
  oci::PipeSource content(standard_input(), program_.stop());
  return unpack(content, "standard input");
}

BuildContexts::Main BuildContexts::unpack(oci::Source& content, const std::string& name) {
  Main made{temporary_.unique_path()};
  fs::create_directories(made.folder);
  std::array<std::byte, kStartSize> buffer;
  const oci::Bytes start(buffer.data(), oci::read_full(content, buffer));
  StartedSource whole(start, content);
  if (!builder::is_archive(start)) {
    made.dockerfile = oci::read_all(whole, kMaxDockerfileSize);
    return made;
  }
  try {
    builder::unpack_archive(whole, made.folder);
  } catch (const oci::Error& error) {
    throw error.in("unpacking the build context from " + name);
  }
  return made;
}

}  // namespace bale::tools
