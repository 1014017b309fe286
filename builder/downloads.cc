// SPDX-License-Identifier: Apache-2.0
#include "builder/downloads.h"

#include <charconv>
#include <ctime>
#include <utility>

#include <nlohmann/json.hpp>

#include "builder/filesystem_error.h"
#include "oci/error.h"
#include "oci/fd.h"

namespace bale::builder {

namespace fs = std::filesystem;

namespace {

constexpr std::size_t kMaxRecord = std::size_t{64} * 1024;

/// RFC 9110, section 5.6.7; of its forms the one that servers must send.
oci::FileTime parse_http_date(const std::string& text) {
  std::tm parts{};
  if (::strptime(text.c_str(), "%a, %d %b %Y %H:%M:%S GMT", &parts) == nullptr) return {};
  return {::timegm(&parts), 0};
}

/// Writes to a temporary file.
class FileWriter final : public oci::Sink {
 public:
  explicit FileWriter(oci::TemporaryFile& file) : file_(file) {}
  void write(oci::Bytes bytes) override { file_.write(bytes); }

 private:
  oci::TemporaryFile& file_;
};

}  // namespace

/// What is known of a file that was fetched.
struct Downloads::Record {
  HttpValidators validators;
  oci::Digest digest;
};

Downloads::Downloads(fs::path folder, HttpFetcher& fetcher)
    : folder_(std::move(folder)), fetcher_(fetcher), temporary_(folder_ / "tmp") {}

Download Downloads::get(const std::string& url, const std::optional<oci::Digest>& checksum,
                        const std::stop_token& stop) {
  try {
    return with_oci_errors([&] {
      const fs::path path = record_path(url, checksum);
      const auto known = read_record(path);
      if (known && checksum) return download_of(*known);
      auto answer = fetcher_.get(url, known ? known->validators : HttpValidators{}, stop);
      if (known && !answer.body) return download_of(*known);
      return download_of(keep(std::move(answer), path, checksum));
    });
  } catch (const oci::Error& error) {
    throw error.in("fetching " + url);
  }
}

// A checksum has a record of its own: another algorithm, another name for the same file.
fs::path Downloads::record_path(const std::string& url,
                                const std::optional<oci::Digest>& checksum) const {
  const std::string text = checksum ? url + "\n" + checksum->to_string() : url;
  return folder_ / (std::string(oci::Digest::of(oci::as_bytes(text)).hex()) + ".json");
}

fs::path Downloads::file_path(const oci::Digest& digest) const { return folder_ / digest.hex(); }

std::optional<Downloads::Record> Downloads::read_record(const fs::path& path) const {
  if (!fs::exists(path)) return std::nullopt;
  const auto json = nlohmann::json::parse(oci::read_file(path, kMaxRecord), nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto digest = oci::Digest::try_parse(json.value("digest", ""));
  if (!digest || !fs::exists(file_path(*digest))) return std::nullopt;
  return Record{{json.value("etag", ""), json.value("last-modified", "")}, *digest};
}

Downloads::Record Downloads::keep(HttpAnswer answer, const fs::path& record,
                                  const std::optional<oci::Digest>& checksum) {
  if (!answer.body) throw oci::Error(oci::ErrorCode::kUnavailable, "the server sent no file");
  oci::TemporaryFile file = temporary_.create_file();
  FileWriter writer(file);
  oci::HashingSink hashing(writer);
  oci::HashingSink checking(hashing,
                            checksum ? checksum->algorithm() : oci::DigestAlgorithm::kSha256);
  oci::copy(*answer.body, checking);
  const oci::Digest found = checking.finish();
  if (checksum && found != *checksum) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     "its checksum is " + found.to_string() + ", not " + checksum->to_string());
  }
  const Record made{answer.validators, hashing.finish()};
  file.rename_to(file_path(made.digest));
  const nlohmann::json json = {{"etag", made.validators.etag},
                               {"last-modified", made.validators.last_modified},
                               {"digest", made.digest.to_string()}};
  temporary_.replace_file(record, json.dump());
  return made;
}

Download Downloads::download_of(const Record& record) const {
  const fs::path path = file_path(record.digest);
  return {path, record.digest, fs::file_size(path),
          parse_http_date(record.validators.last_modified)};
}

std::string file_name_of(const std::string& url) {
  std::string path = url.substr(0, url.find_first_of("?#"));
  path.erase(0, path.find("://") + 3);
  const auto slash = path.rfind('/');
  if (slash == std::string::npos) return "";
  std::string name;
  for (std::size_t at = slash + 1; at < path.size(); ++at) {
    unsigned code = 0;
    const char* digits = path.data() + at + 1;
    const bool coded = path[at] == '%' && at + 2 < path.size() &&
                       std::from_chars(digits, digits + 2, code, 16).ptr == digits + 2;
    name += coded ? static_cast<char>(code) : path[at];
    if (coded) at += 2;
  }
  const bool is_name = name != "." && name != ".." &&
                       name.find_first_of(std::string_view("/\0", 2)) == std::string::npos;
  return is_name ? name : "";
}

}  // namespace bale::builder
