// SPDX-License-Identifier: Apache-2.0
#include "registry/partial_blobs.h"

#include <string>
#include <utility>

#include <fcntl.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/file_lock.h"
#include "oci/write_back.h"

namespace bale::registry {

namespace {

/// One file that grows towards a blob, and the hash of what it has.
class PartialFile {
 public:
  PartialFile(std::filesystem::path path, const oci::Descriptor& blob, oci::ProgressTask& task)
      : path_(std::move(path)),
        blob_(blob),
        task_(task),
        file_(oci::open_file(path_, O_RDWR | O_APPEND)) {}

  /// Takes in what an earlier run left; returns how much that is.
  std::uint64_t take_up() {
    oci::FileSource content(oci::open_file(path_, O_RDONLY));
    Feed feed(*this, /*keep=*/false);
    oci::copy(content, feed);
    return size_;
  }

  void append(oci::Source& rest) {
    write_back_ = oci::WriteBack(size_);
    Feed feed(*this, /*keep=*/true);
    oci::copy(rest, feed);
    write_back_.finish(file_.fd());
  }

  /// Once: whether this is the blob.
  bool is_complete() { return size_ == blob_.size && hasher_.finish() == blob_.digest; }

  void clear() {
    if (::ftruncate(file_.fd(), 0) != 0) throw oci::errno_error("emptying " + path_.string());
    size_ = 0;
    hasher_ = oci::Hasher(blob_.digest.algorithm());
  }

 private:
  class Feed final : public oci::Sink {
   public:
    Feed(PartialFile& file, bool keep) : file_(file), keep_(keep) {}
    void write(oci::Bytes bytes) override { file_.take(bytes, keep_); }

   private:
    PartialFile& file_;
    const bool keep_;
  };

  void take(oci::Bytes bytes, bool keep) {
    size_ += bytes.size();
    if (size_ > blob_.size && keep) {
      throw oci::Error(oci::ErrorCode::kCorrupt,
                       "the content has more than " + std::to_string(blob_.size) + " bytes");
    }
    hasher_.update(bytes);
    if (keep) {
      file_.write(bytes);
      write_back_.advance(file_.fd(), bytes.size());
    }
    task_.advance(size_, blob_.size);
  }

  const std::filesystem::path path_;
  const oci::Descriptor& blob_;
  oci::ProgressTask& task_;
  oci::FileSink file_;
  oci::WriteBack write_back_;
  std::uint64_t size_ = 0;
  oci::Hasher hasher_{blob_.digest.algorithm()};
};

/// Moves the file into the store, or copies it where that is on another file system.
void keep(const std::filesystem::path& path, const oci::Descriptor& blob, oci::BlobStore& to) {
  if (to.try_adopt(path, blob.digest)) return;
  oci::FileSource content(oci::open_file(path, O_RDONLY));
  const auto writer = to.create_blob();
  oci::copy(content, *writer);
  writer->finish(blob.digest);
  std::filesystem::remove(path);
}

}  // namespace

bool PartialBlobs::fetch(const Repository& from, const oci::Descriptor& blob, oci::BlobStore& to,
                         oci::ProgressTask& task) {
  if (blob.size < smallest_ || blob.data) return false;
  std::filesystem::create_directories(folder_);
  const std::filesystem::path path = folder_ / std::string(blob.digest.hex());
  // Opened for writing under the lock only: until then another process may complete the file, which
  // makes a blob of the store of it.
  oci::open_file(path, O_RDONLY | O_CREAT, 0644);
  const auto lock = oci::FileLock::try_exclusive(path);
  if (!lock) return false;
  PartialFile file(path, blob, task);
  const std::uint64_t begin = file.take_up();
  if (begin < blob.size) file.append(*from.get_blob(blob, begin));
  bool complete = file.is_complete();
  if (!complete && begin > 0) {  // what an earlier run left was not of this blob
    file.clear();
    file.append(*from.get_blob(blob));
    complete = file.is_complete();
  }
  if (!complete) {
    std::filesystem::remove(path);
    throw oci::Error(oci::ErrorCode::kCorrupt, "the content is not " + blob.digest.to_string());
  }
  keep(path, blob, to);
  return true;
}

}  // namespace bale::registry
