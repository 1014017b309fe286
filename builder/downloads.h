// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <stop_token>
#include <string>

#include "builder/http_fetcher.h"
#include "oci/digest.h"
#include "oci/tar_entry.h"
#include "oci/temporary_folder.h"

namespace bale::builder {

/// A file that was fetched.
struct Download {
  std::filesystem::path path;  ///< not to be changed
  oci::Digest digest;
  std::uint64_t size = 0;
  oci::FileTime modified;  ///< as the server said, else 1970
};

/// Files from the web, kept in a folder. What is there is asked for again only whether it has
/// changed, and not at all where its checksum is known. Thread-safe, and several processes may
/// share the folder.
class Downloads {
 public:
  /// The folder is made when something is put into it. `fetcher` must outlive it.
  Downloads(std::filesystem::path folder, HttpFetcher& fetcher);

  /// Throws kCorrupt where the file has another checksum than it must have, and what the fetcher
  /// throws.
  Download get(const std::string& url, const std::optional<oci::Digest>& checksum,
               const std::stop_token& stop);

 private:
  struct Record;

  std::filesystem::path record_path(const std::string& url,
                                    const std::optional<oci::Digest>& checksum) const;
  std::filesystem::path file_path(const oci::Digest& digest) const;
  std::optional<Record> read_record(const std::filesystem::path& path) const;
  Record keep(HttpAnswer answer, const std::filesystem::path& record,
              const std::optional<oci::Digest>& checksum);
  Download download_of(const Record& record) const;

  std::filesystem::path folder_;
  HttpFetcher& fetcher_;
  oci::TemporaryFolder temporary_;
};

/// The name that a URL gives its file: the last part of its path, decoded; "" for none.
std::string file_name_of(const std::string& url);

}  // namespace bale::builder
