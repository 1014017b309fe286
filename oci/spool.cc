// SPDX-License-Identifier: Apache-2.0
#include "oci/spool.h"

#include <cstdlib>
#include <memory>
#include <string>
#include <utility>

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "oci/error.h"
#include "oci/pipe_source.h"

namespace bale::oci {

namespace {

UniqueFd unnamed_file() {
  // Not O_TMPFILE: some overlay file systems have none.
  std::string path = spool_folder() / "bale-XXXXXX";
  UniqueFd fd(::mkostemp(path.data(), O_CLOEXEC));
  if (!fd) throw errno_error("creating a temporary file " + path);
  ::unlink(path.c_str());
  return fd;
}

}  // namespace

std::filesystem::path spool_folder() {
  const char* folder = std::getenv("TMPDIR");
  return folder == nullptr || *folder == '\0' ? "/var/tmp" : folder;
}

UniqueFd seekable(UniqueFd fd, const std::stop_token& stop) {
  struct stat status {};
  const bool whole = ::fstat(fd.get(), &status) == 0 && S_ISREG(status.st_mode) &&
                     ::lseek(fd.get(), 0, SEEK_CUR) == 0;
  if (whole) return fd;
  PipeSource content(std::move(fd), stop);
  return spool(content).fd;
}

SpooledFile spool(Source& source, std::uint64_t limit) {
  FileSink sink(unnamed_file());
  SpooledFile file;
  const auto buffer = std::make_unique<std::byte[]>(kChunkSize);
  while (const std::size_t got = source.read({buffer.get(), kChunkSize})) {
    file.size += got;
    if (file.size > limit) {
      throw Error(ErrorCode::kCorrupt,
                  "unpacks to more than the " + std::to_string(limit) + " bytes allowed");
    }
    sink.write({buffer.get(), got});
  }
  file.fd = UniqueFd(::fcntl(sink.fd(), F_DUPFD_CLOEXEC, 0));
  if (!file.fd || ::lseek(file.fd.get(), 0, SEEK_SET) < 0) {
    throw errno_error("reading a temporary file");
  }
  return file;
}

}  // namespace bale::oci
