// SPDX-License-Identifier: Apache-2.0
#include "builder/archive_stream.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <exception>
#include <string>

#include "oci/archive_library.h"
#include "oci/error.h"

namespace bale::builder {

/// libarchive's reader, used for its filters alone: the "raw" format is one entry, the plain bytes.
struct ArchiveStream::State {
  explicit State(oci::Source& source) : packed(source) {}

  static la_ssize_t read_packed(archive* reader, void* self, const void** block) noexcept {
    auto& state = *static_cast<State*>(self);
    try {
      *block = state.buffer.data();
      return static_cast<la_ssize_t>(state.packed.read(state.buffer));
    } catch (...) {
      state.error = std::current_exception();
      oci::libarchive().set_error(reader, EIO, "the source failed");
      return -1;
    }
  }

  [[noreturn]] void fail() const {
    if (error) std::rethrow_exception(error);
    const char* reason = oci::libarchive().error_string(reader.get());
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     std::string("unpacking an archive: ") + (reason ? reason : "unknown fault"));
  }

  oci::Source& packed;
  std::unique_ptr<archive, int (*)(archive*)> reader{oci::libarchive().read_new(),
                                                     oci::libarchive().read_free};
  std::array<std::byte, oci::kChunkSize> buffer;
  oci::Bytes rest;  ///< of the block that libarchive gave last
  std::exception_ptr error;
};

ArchiveStream::ArchiveStream(oci::Source& packed) : state_(std::make_unique<State>(packed)) {
  archive* reader = state_->reader.get();
  if (reader == nullptr) throw std::bad_alloc();
  oci::libarchive().support_gzip(reader);
  oci::libarchive().support_bzip2(reader);
  oci::libarchive().support_xz(reader);
  oci::libarchive().support_zstd(reader);
  oci::libarchive().support_raw(reader);
  oci::libarchive().support_empty(reader);
  archive_entry* entry = nullptr;
  if (oci::libarchive().read_open(reader, state_.get(), nullptr, State::read_packed, nullptr) !=
      ARCHIVE_OK)
    state_->fail();
  const int status = oci::libarchive().read_next_header(reader, &entry);
  if (status != ARCHIVE_OK && status != ARCHIVE_EOF) state_->fail();
}

ArchiveStream::~ArchiveStream() = default;

/// Block by block: what was unpacked before a fault is handed out before the fault is told, so that
/// an archive that is cut off is not taken for something else.
std::size_t ArchiveStream::read(oci::MutableBytes buffer) {
  while (state_->rest.empty()) {
    const void* block = nullptr;
    std::size_t size = 0;
    la_int64_t offset = 0;
    const int status =
        oci::libarchive().read_data_block(state_->reader.get(), &block, &size, &offset);
    if (status == ARCHIVE_EOF) return 0;
    if (status != ARCHIVE_OK) state_->fail();
    state_->rest = {static_cast<const std::byte*>(block), size};
  }
  const std::size_t count = std::min(buffer.size(), state_->rest.size());
  std::copy_n(state_->rest.begin(), count, buffer.begin());
  state_->rest = state_->rest.subspan(count);
  return count;
}

}  // namespace bale::builder
