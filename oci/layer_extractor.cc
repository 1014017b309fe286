// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_extractor.h"

#include <cerrno>
#include <map>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/file_attributes.h"
#include "oci/layer_hiding.h"
#include "oci/layer_reader.h"
#include "oci/printable.h"
#include "oci/root_folder.h"
#include "oci/whiteout.h"

namespace bale::oci {

namespace {

/// Far more than any image has; what is kept of each folder stays within some gigabytes.
constexpr std::uint64_t kMostEntries = 10'000'000;

[[noreturn]] void fail(const char* action, const std::string& path) {
  throw errno_error(std::string(action) + ' ' + in_quotes(path));
}

[[noreturn]] void refuse(const std::string& path, const char* why) {
  throw Error(ErrorCode::kCorrupt, in_quotes(path) + ' ' + why);
}

bool is_overlay_whiteout(const struct stat& status) {
  return S_ISCHR(status.st_mode) && status.st_rdev == makedev(0, 0);
}

/// Puts the entries of one layer into a folder.
class Extraction {
 public:
  Extraction(const std::filesystem::path& root, const ExtractOptions& options)
      : root_(root),
        hiding_(root_, options),
        ownership_(options.keep_ownership ? Ownership::kKeep : Ownership::kCaller),
        are_whiteouts_(options.whiteouts != WhiteoutStyle::kKeep) {}

  void extract(const TarEntry& entry, Source& content);
  /// Sets what the making of files inside a folder changes: its times; and what could forbid it.
  void finish_folders();

 private:
  enum class MakeOutcome { kMade, kExists };

  void extract_path(const TarEntry& entry, Source& content);
  MakeOutcome make(const TarEntry& entry, const Place& place, Source& content);
  MakeOutcome make_file(const TarEntry& entry, const Place& place, Source& content);
  MakeOutcome make_hard_link(const TarEntry& entry, const Place& place);
  MakeOutcome make_node(const TarEntry& entry, const Place& place);
  void make_folder(const TarEntry& entry, const Place& place);

  RootFolder root_;
  LayerHiding hiding_;
  Ownership ownership_;
  const bool are_whiteouts_;  // what has the name of one
  std::unique_ptr<std::byte[]> buffer_ = std::make_unique_for_overwrite<std::byte[]>(kChunkSize);
  std::uint64_t count_ = 0;
  std::map<std::string, TarEntry> folders_;
};

void Extraction::extract(const TarEntry& entry, Source& content) {
  if (++count_ > kMostEntries) refuse(entry.path, "is one entry too many");
  if (!are_whiteouts_) return extract_path(entry, content);
  const Whiteout whiteout = parse_whiteout(entry.path);
  switch (whiteout.kind) {
    case Whiteout::Kind::kNone:
      return extract_path(entry, content);
    case Whiteout::Kind::kHides:
      return hiding_.hide(whiteout.target);
    case Whiteout::Kind::kOpaque:
      return hiding_.hide_below(whiteout.target);
    case Whiteout::Kind::kReserved:
      return;
  }
}

void Extraction::extract_path(const TarEntry& entry, Source& content) {
  hiding_.keep(entry.path);
  if (entry.path.empty()) {
    if (entry.type != FileType::kDirectory) refuse("/", "is no folder in the layer");
    folders_.insert_or_assign("", entry);
    return;
  }
  if (entry.type == FileType::kDirectory) return make_folder(entry, root_.place(entry.path));
  folders_.erase(entry.path);
  if (make(entry, root_.place(entry.path), content) == MakeOutcome::kMade) return;
  root_.remove(root_.place(entry.path));
  if (make(entry, root_.place(entry.path), content) == MakeOutcome::kExists) {
    fail("making", entry.path);
  }
}

Extraction::MakeOutcome Extraction::make(const TarEntry& entry, const Place& place,
                                         Source& content) {
  switch (entry.type) {
    case FileType::kRegular:
      return make_file(entry, place, content);
    case FileType::kHardLink:
      return make_hard_link(entry, place);
    case FileType::kSymlink:
    case FileType::kCharDevice:
    case FileType::kBlockDevice:
    case FileType::kFifo:
      return make_node(entry, place);
    case FileType::kDirectory:
      break;
  }
  return MakeOutcome::kMade;
}

Extraction::MakeOutcome Extraction::make_file(const TarEntry& entry, const Place& place,
                                              Source& content) {
  // O_EXCL: a new inode, never one that is there, and through no link.
  constexpr int kFlags = O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC;
  UniqueFd fd(::openat(place.folder, place.name.c_str(), kFlags, 0600));
  if (!fd && errno == EEXIST) return MakeOutcome::kExists;
  if (!fd) fail("making", entry.path);
  FileSink file(std::move(fd));
  while (const std::size_t got = content.read({buffer_.get(), kChunkSize})) {
    file.write({buffer_.get(), got});
  }
  set_attributes(file.fd(), entry, ownership_);
  return MakeOutcome::kMade;
}

Extraction::MakeOutcome Extraction::make_hard_link(const TarEntry& entry, const Place& place) {
  if (entry.link_target == entry.path) refuse(entry.path, "is a hard link to itself");
  // To find the target's folder ends the validity of `place`.
  const UniqueFd folder(::dup(place.folder));
  const std::optional<Place> target = root_.find_place(entry.link_target);
  if (!target) refuse(entry.path, "is a hard link to what is not in its layer");
  // Without AT_SYMLINK_FOLLOW the last component is linked as it is: nothing resolves outside.
  if (::linkat(target->folder, target->name.c_str(), folder.get(), place.name.c_str(), 0) == 0) {
    return MakeOutcome::kMade;
  }
  if (errno == EEXIST) return MakeOutcome::kExists;
  if (errno == ENOENT) refuse(entry.path, "is a hard link to what is not in its layer");
  fail("linking", entry.path);
}

Extraction::MakeOutcome Extraction::make_node(const TarEntry& entry, const Place& place) {
  const char* name = place.name.c_str();
  int made = 0;
  switch (entry.type) {
    case FileType::kSymlink:
      made = ::symlinkat(entry.link_target.c_str(), place.folder, name);
      break;
    case FileType::kFifo:
      made = ::mkfifoat(place.folder, name, 0600);
      break;
    default: {
      if (ownership_ == Ownership::kCaller) return MakeOutcome::kMade;
      const mode_t type = entry.type == FileType::kCharDevice ? S_IFCHR : S_IFBLK;
      made = ::mknodat(place.folder, name, type | 0600,
                       makedev(entry.device_major, entry.device_minor));
    }
  }
  if (made != 0 && errno == EEXIST) return MakeOutcome::kExists;
  if (made != 0) fail("making", entry.path);
  set_attributes_at(place, entry, ownership_);
  return MakeOutcome::kMade;
}

void Extraction::make_folder(const TarEntry& entry, const Place& place) {
  folders_.insert_or_assign(entry.path, entry);
  const char* name = place.name.c_str();
  if (::mkdirat(place.folder, name, 0700) == 0) return;
  struct stat status {};
  if (errno != EEXIST || ::fstatat(place.folder, name, &status, AT_SYMLINK_NOFOLLOW) != 0) {
    fail("making folder", entry.path);
  }
  if (S_ISDIR(status.st_mode)) return;
  root_.remove(place);
  if (::mkdirat(place.folder, name, 0700) != 0) fail("making folder", entry.path);
  // The layer hides what was here and makes it anew: nothing below may shine through.
  if (is_overlay_whiteout(status)) hiding_.folder_replaces_whiteout(entry.path);
}

void Extraction::finish_folders() {
  // Children before parents: a parent's mode may forbid to reach them.
  for (auto folder = folders_.rbegin(); folder != folders_.rend(); ++folder) {
    const UniqueFd fd = root_.open_folder(folder->first);
    if (fd) set_attributes(fd.get(), folder->second, ownership_);
  }
}

/// Stops where more comes than may come.
class LimitedSource final : public Source {
 public:
  LimitedSource(Source& next, std::uint64_t limit) : next_(next), left_(limit) {}

  std::size_t read(MutableBytes buffer) override {
    const std::size_t got = next_.read(buffer);
    if (got > left_) throw Error(ErrorCode::kCorrupt, "the archive unpacks to too much");
    left_ -= got;
    return got;
  }

 private:
  Source& next_;
  std::uint64_t left_;
};

}  // namespace

void extract_layer(const BlobProvider& blobs, const Descriptor& layer,
                   const std::optional<DiffId>& expected, const std::filesystem::path& root,
                   const ExtractOptions& options) {
  try {
    LayerReader reader(blobs, layer, expected, UnpackLimits{options.max_unpacked});
    Extraction extraction(root, options);
    while (const auto entry = reader.tar().next()) {
      extraction.extract(*entry, reader.tar().content());
    }
    reader.finish();
    extraction.finish_folders();
  } catch (const Error& error) {
    throw error.in("unpacking layer " + layer.digest.to_string());
  }
}

void extract_tar(Source& tar, const std::filesystem::path& root, const ExtractOptions& options) {
  LimitedSource limited(tar, options.max_unpacked);
  TarReader reader(limited);
  Extraction extraction(root, options);
  while (const auto entry = reader.next()) extraction.extract(*entry, reader.content());
  extraction.finish_folders();
}

}  // namespace bale::oci
