// SPDX-License-Identifier: Apache-2.0
#include "registry/keychain.h"

namespace bale::registry {

namespace {

class EmptyKeychain final : public Keychain {
 public:
  std::optional<Credential> find(const std::string&, const std::string&) const override {
    return std::nullopt;
  }
  std::string key(const std::string& host, const std::string&) const override { return host; }
};

}  // namespace

const Keychain& no_keychain() {
  static const EmptyKeychain empty;
  return empty;
}

}  // namespace bale::registry
