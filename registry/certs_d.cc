// SPDX-License-Identifier: Apache-2.0
#include "registry/certs_d.h"

#include <algorithm>
#include <cstdlib>

#include "oci/error.h"
#include "oci/fd.h"

namespace bale::registry {

namespace {

constexpr std::size_t kMaxCertificate = std::size_t{1} * 1024 * 1024;

std::filesystem::path other_half(std::filesystem::path path, const char* extension) {
  path.replace_extension(extension);
  if (!std::filesystem::exists(path)) {
    throw oci::Error(oci::ErrorCode::kInvalid, path.string() +
                                                   " is missing: a client certificate "
                                                   "is a pair of NAME.cert and NAME.key");
  }
  return path;
}

TlsOptions load_folder(const std::filesystem::path& folder) {
  std::vector<std::filesystem::path> files;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    files.push_back(entry.path());
  }
  std::sort(files.begin(), files.end());
  TlsOptions tls;
  for (const auto& file : files) {
    if (file.extension() == ".crt") {
      tls.extra_authorities += oci::read_file(file, kMaxCertificate) + "\n";
    } else if (file.extension() == ".cert") {
      tls.client_certificate = file;
      tls.client_key = other_half(file, ".key");
    } else if (file.extension() == ".key") {
      (void)other_half(file, ".cert");
    }
  }
  return tls;
}

}  // namespace

TlsOptions load_certs_d(const std::vector<std::filesystem::path>& folders,
                        const std::string& host) {
  for (const auto& folder : folders) {
    std::error_code ignored;  // a folder that cannot be looked at is as good as none
    if (std::filesystem::is_directory(folder / host, ignored)) return load_folder(folder / host);
  }
  return {};
}

std::vector<std::filesystem::path> default_certs_d() {
  std::vector<std::filesystem::path> folders;
  const char* home = std::getenv("HOME");  // NOLINT(concurrency-mt-unsafe)
  if (home != nullptr) folders.emplace_back(std::string(home) + "/.config/containers/certs.d");
  folders.emplace_back("/etc/containers/certs.d");
  folders.emplace_back("/etc/docker/certs.d");
  return folders;
}

}  // namespace bale::registry
