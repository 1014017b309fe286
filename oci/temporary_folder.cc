// SPDX-License-Identifier: Apache-2.0
#include "oci/temporary_folder.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/file_lock.h"
#include "oci/once.h"

namespace bale::oci {

namespace fs = std::filesystem;

TemporaryFile::TemporaryFile(UniqueFd fd, fs::path path)
    : fd_(std::move(fd)), path_(std::move(path)) {}

TemporaryFile::~TemporaryFile() {
  if (fd_ && !path_.empty()) ::unlink(path_.c_str());
}

void TemporaryFile::write(Bytes bytes) {
  while (!bytes.empty()) {
    const ssize_t put = ::write(fd_.get(), bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) continue;
    if (put < 0) throw errno_error("writing " + path_.string());
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
}

void TemporaryFile::rename_to(const fs::path& target) {
  if (::rename(path_.c_str(), target.c_str()) != 0) {
    throw errno_error("renaming " + path_.string() + " to " + target.string());
  }
  path_.clear();
}

struct TemporaryFolder::State {
  fs::path parent;
  Once made;
  fs::path path;
  FileLock in_use;
  std::atomic<unsigned> counter = 0;

  void make();
};

namespace {

/// Before six characters that mkdtemp(3) chooses. Whoever made a layout may keep a `tmp` of his own
/// in it: what is not named so is not ours to remove.
constexpr std::string_view kFolderPrefix = "unfinished-";
/// Each that is taken is an open descriptor. What is left goes with the next processes.
constexpr std::size_t kMaxTakenAtOnce = 64;

using LockedFolder = std::pair<fs::path, FileLock>;

/// A folder of our own in `parent`, locked before anybody can take it for abandoned. Nothing where
/// `parent` vanished in between, which its last user may do.
std::optional<LockedFolder> try_make_folder(const fs::path& parent) {
  fs::create_directories(parent);
  auto gate = FileLock::try_shared(parent);
  if (!gate) return std::nullopt;
  std::string name = (parent / kFolderPrefix).string() + "XXXXXX";
  if (::mkdtemp(name.data()) == nullptr) {
    if (errno == ENOENT) return std::nullopt;
    throw errno_error("creating a temporary folder in " + parent.string());
  }
  auto lock = FileLock::try_exclusive(name);
  if (!lock) return std::nullopt;
  return LockedFolder(name, *std::move(lock));
}

/// Folders that dead processes left in `parent`, each locked now so that nobody else takes it.
/// None where another process looks for them at this moment, or makes a folder.
std::vector<LockedFolder> take_abandoned(const fs::path& parent) {
  // Nobody is between making a folder and locking it while this is held.
  const auto gate = FileLock::try_exclusive(parent);
  if (!gate) return {};
  std::vector<LockedFolder> taken;
  std::error_code failed;
  for (fs::directory_iterator entry(parent, failed), end; !failed && entry != end;
       entry.increment(failed)) {
    if (!entry->path().filename().string().starts_with(kFolderPrefix)) continue;
    if (taken.size() == kMaxTakenAtOnce) break;
    auto lock = FileLock::try_exclusive(entry->path());
    if (lock) taken.emplace_back(entry->path(), *std::move(lock));
  }
  return taken;
}

/// What is in use stays. Only as far as it can be done: nobody asked for it.
void remove_abandoned(const fs::path& parent) {
  try {
    for (const auto& [folder, lock] : take_abandoned(parent)) {
      std::error_code ignored;
      fs::remove_all(folder, ignored);
    }
  } catch (const Error&) {  // of a file system without locks
  }
}

}  // namespace

void TemporaryFolder::State::make() {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    if (auto folder = try_make_folder(parent)) {
      path = std::move(folder->first);
      in_use = std::move(folder->second);
      return remove_abandoned(parent);
    }
  }
  throw Error(ErrorCode::kFailed, "cannot create a temporary folder in " + parent.string());
}

TemporaryFolder::TemporaryFolder(fs::path parent) : state_(std::make_unique<State>()) {
  state_->parent = std::move(parent);
}

TemporaryFolder::~TemporaryFolder() {
  if (state_->path.empty()) return;
  std::error_code ignored;
  fs::remove_all(state_->path, ignored);
  ::rmdir(state_->parent.c_str());
}

const fs::path& TemporaryFolder::path() {
  state_->made.run([this] {
    try {
      state_->make();
    } catch (const fs::filesystem_error& error) {
      throw Error(ErrorCode::kFailed, "creating a temporary folder in " + state_->parent.string() +
                                          ": " + error.code().message());
    }
  });
  return state_->path;
}

fs::path TemporaryFolder::unique_path() { return path() / std::to_string(state_->counter++); }

TemporaryFile TemporaryFolder::create_file() {
  fs::path file = unique_path();
  UniqueFd fd = open_file(file, O_WRONLY | O_CREAT | O_EXCL, 0644);
  return TemporaryFile(std::move(fd), std::move(file));
}

void TemporaryFolder::replace_file(const fs::path& target, std::string_view content) {
  TemporaryFile file = create_file();
  file.write(as_bytes(content));
  if (::fsync(file.fd()) != 0) throw errno_error("syncing " + file.path().string());
  file.rename_to(target);
  const UniqueFd folder = open_file(target.parent_path(), O_RDONLY | O_DIRECTORY);
  if (::fsync(folder.get()) != 0) throw errno_error("syncing " + target.parent_path().string());
}

}  // namespace bale::oci
