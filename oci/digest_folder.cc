// SPDX-License-Identifier: Apache-2.0
#include "oci/digest_folder.h"

#include <cerrno>
#include <mutex>
#include <set>
#include <string>
#include <utility>

#include <fcntl.h>
#include <linux/fs.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/write_back.h"

namespace bale::oci {

namespace fs = std::filesystem;

struct DigestFolder::State {
  fs::path folder;
  TemporaryFolder& temporary;
  std::mutex mutex;
  std::set<Digest> unsynced;

  /// A string, since an inspection opens thousands, and to make a path takes longer than to hash a
  /// small document.
  std::string name_of(const Digest& digest) const {
    const std::string& parent = folder.native();
    std::string name;
    name.reserve(parent.size() + 1 + digest.to_string().size());
    name.append(parent).append("/").append(digest.algorithm_name()).append("/");
    name.append(digest.hex());
    return name;
  }
  fs::path path_of(const Digest& digest) const { return name_of(digest); }
  void commit(TemporaryFile& file, const Digest& digest);
};

void DigestFolder::State::commit(TemporaryFile& file, const Digest& digest) {
  const fs::path target = path_of(digest);
  fs::create_directories(target.parent_path());
  // Over what is there already: that may be a file cut short by a power failure.
  file.rename_to(target);
  const std::lock_guard lock(mutex);
  unsynced.insert(digest);
}

class DigestFolder::Writer final : public BlobWriter {
 public:
  explicit Writer(State& state) : state_(state), file_(state.temporary.create_file()) {}
  void write(Bytes bytes) override {
    file_.write(bytes);
    write_back_.advance(file_.fd(), bytes.size());
  }
  void finish(const Digest& digest) override {
    write_back_.finish(file_.fd());
    state_.commit(file_, digest);
  }

 private:
  State& state_;
  TemporaryFile file_;
  WriteBack write_back_;
};

namespace {

void drain(Source& source) {
  const auto buffer = std::make_unique<std::byte[]>(kChunkSize);
  while (source.read({buffer.get(), kChunkSize}) > 0) {
  }
}

}  // namespace

DigestFolder::DigestFolder(fs::path folder, TemporaryFolder& temporary)
    : state_(new State{std::move(folder), temporary, {}, {}}) {}

DigestFolder::~DigestFolder() = default;

fs::path DigestFolder::path_of(const Digest& digest) const { return state_->path_of(digest); }

std::optional<std::uint64_t> DigestFolder::size(const Digest& digest) const {
  struct stat status {};
  if (::stat(state_->name_of(digest).c_str(), &status) != 0 || !S_ISREG(status.st_mode)) {
    return std::nullopt;
  }
  return static_cast<std::uint64_t>(status.st_size);
}

UniqueFd DigestFolder::open(const Digest& digest) const {
  const std::string name = state_->name_of(digest);
  // Not waiting: in a layout from elsewhere a blob may be a pipe that nobody writes into.
  UniqueFd fd(::open(name.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (fd) return fd;
  if (errno == ENOENT) {
    throw Error(ErrorCode::kNotFound,
                "no blob " + digest.to_string() + " in " + state_->folder.string());
  }
  throw errno_error("opening " + name);
}

std::unique_ptr<BlobWriter> DigestFolder::create() { return std::make_unique<Writer>(*state_); }

bool DigestFolder::try_clone(const UniqueFd& file, const Descriptor& descriptor) {
  TemporaryFile clone = state_->temporary.create_file();
  if (::ioctl(clone.fd(), FICLONE, file.get()) != 0) return false;
  // The clone is checked, not the original, which may change meanwhile.
  FileSource content(open_file(clone.path(), O_RDONLY));
  VerifyingSource verified(content, descriptor.digest, descriptor.size);
  drain(verified);
  state_->commit(clone, descriptor.digest);
  return true;
}

bool DigestFolder::try_adopt(const fs::path& file, const Digest& digest) {
  const fs::path target = path_of(digest);
  fs::create_directories(target.parent_path());
  if (::rename(file.c_str(), target.c_str()) != 0) {
    if (errno == EXDEV) return false;
    throw errno_error("renaming " + file.string());
  }
  const std::lock_guard lock(state_->mutex);
  state_->unsynced.insert(digest);
  return true;
}

bool DigestFolder::remove(const Digest& digest) { return ::unlink(path_of(digest).c_str()) == 0; }

std::vector<Digest> DigestFolder::list() const {
  std::vector<Digest> digests;
  std::error_code ignored;
  for (const auto& algorithm : fs::directory_iterator(state_->folder, ignored)) {
    const std::string prefix = algorithm.path().filename().string() + ":";
    for (const auto& file : fs::directory_iterator(algorithm.path(), ignored)) {
      auto digest = Digest::try_parse(prefix + file.path().filename().string());
      if (digest) digests.push_back(*std::move(digest));
    }
  }
  return digests;
}

void DigestFolder::sync() {
  std::set<Digest> pending;
  {
    const std::lock_guard lock(state_->mutex);
    pending.swap(state_->unsynced);
  }
  std::set<fs::path> folders;
  for (const auto& digest : pending) {
    const UniqueFd fd(::open(path_of(digest).c_str(), O_RDONLY | O_CLOEXEC));
    if (!fd) continue;  // removed since
    if (::fdatasync(fd.get()) != 0) throw errno_error("syncing " + digest.to_string());
    folders.insert(path_of(digest).parent_path());
  }
  for (const auto& folder : folders) {
    const UniqueFd fd = open_file(folder, O_RDONLY | O_DIRECTORY);
    if (::fsync(fd.get()) != 0) throw errno_error("syncing " + folder.string());
  }
}

}  // namespace bale::oci
