// SPDX-License-Identifier: Apache-2.0
#include "registry/login.h"

#include <utility>

#include "registry/auth_file.h"
#include "registry/credential_helper.h"

namespace bale::registry {

namespace {

/// Has one credential, for whoever asks.
class SingleKeychain final : public Keychain {
 public:
  explicit SingleKeychain(Credential credential) : credential_(std::move(credential)) {}
  std::optional<Credential> find(const std::string&, const std::string&) const override {
    return credential_;
  }
  std::string key(const std::string& host, const std::string&) const override { return host; }

 private:
  Credential credential_;
};

std::string helper_of(const std::filesystem::path& file, const std::string& host) {
  const auto known = AuthFile::load(file);
  return known ? known->helper_for(host) : std::string();
}

}  // namespace

void check_credential(HttpClient& client, const std::string& host, const Credential& credential,
                      const RegistriesConf& conf, const RegistriesOptions& options,
                      const std::stop_token& stop) {
  const SingleKeychain keychain(credential);
  Registries(client, keychain, conf, options).ping(host, stop);
}

void store_login(const std::filesystem::path& file, const std::string& host,
                 const Credential& credential) {
  if (const std::string helper = helper_of(file, host); !helper.empty()) {
    CredentialHelper(helper).store(host, credential);
  } else {
    write_credential(file, host, credential);
  }
}

bool remove_login(const std::filesystem::path& file, const std::string& host) {
  if (const std::string helper = helper_of(file, host); !helper.empty()) {
    const CredentialHelper program(helper);
    const bool known = program.get(host).has_value();
    if (known) program.erase(host);
    return erase_credential(file, host) || known;
  }
  return erase_credential(file, host);
}

}  // namespace bale::registry
