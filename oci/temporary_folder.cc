// SPDX-License-Identifier: Apache-2.0
#include "oci/temporary_folder.h"

#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <mutex>
#include <optional>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/file_lock.h"

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
  std::once_flag made;
  fs::path path;
  FileLock in_use;
  std::atomic<unsigned> counter = 0;

  void make();
};

namespace {

/// A folder of our own in `parent`, locked before anybody can take it for abandoned. Nothing where
/// `parent` vanished in between, which its last user may do.
std::optional<std::pair<fs::path, FileLock>> try_make_folder(const fs::path& parent) {
  fs::create_directories(parent);
  auto gate = FileLock::try_shared(parent);
  if (!gate) return std::nullopt;
  std::string name = (parent / "XXXXXX").string();
  if (::mkdtemp(name.data()) == nullptr) {
    if (errno == ENOENT) return std::nullopt;
    throw errno_error("creating a temporary folder in " + parent.string());
  }
  auto lock = FileLock::try_exclusive(name);
  if (!lock) return std::nullopt;
  return std::pair{fs::path(name), *std::move(lock)};
}

std::uint64_t bytes_under(const fs::path& folder) {
  std::uint64_t bytes = 0;
  std::error_code ignored;
  fs::recursive_directory_iterator walk(folder, ignored);
  for (const fs::recursive_directory_iterator end; !ignored && walk != end;
       walk.increment(ignored)) {
    struct stat status {};
    if (::lstat(walk->path().c_str(), &status) == 0 && S_ISREG(status.st_mode)) {
      bytes += static_cast<std::uint64_t>(status.st_blocks) * 512;
    }
  }
  return bytes;
}

enum class Abandoned { kCount, kRemove };

std::uint64_t visit_abandoned(const fs::path& parent, Abandoned what) {
  std::error_code ignored;
  if (!fs::is_directory(parent, ignored)) return 0;
  // Nobody is between making a folder and locking it while this is held.
  const auto gate = FileLock::exclusive(parent);
  std::uint64_t bytes = 0;
  for (const auto& entry : fs::directory_iterator(parent, ignored)) {
    const auto lock = FileLock::try_exclusive(entry.path());
    if (!lock) continue;
    bytes += bytes_under(entry.path());
    if (what == Abandoned::kRemove) fs::remove_all(entry.path(), ignored);
  }
  return bytes;
}

}  // namespace

void TemporaryFolder::State::make() {
  constexpr int kTries = 100;
  for (int i = 0; i < kTries; ++i) {
    if (auto folder = try_make_folder(parent)) {
      path = std::move(folder->first);
      in_use = std::move(folder->second);
      return;
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
  std::call_once(state_->made, [this] {
    try {
      state_->make();
    } catch (const fs::filesystem_error& error) {
      throw Error(ErrorCode::kFailed, error.what());
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

std::uint64_t remove_abandoned(const fs::path& parent) {
  return visit_abandoned(parent, Abandoned::kRemove);
}

std::uint64_t abandoned_bytes(const fs::path& parent) {
  return visit_abandoned(parent, Abandoned::kCount);
}

}  // namespace bale::oci
