// SPDX-License-Identifier: Apache-2.0
#include "tests/support/token_server.h"

#include <algorithm>
#include <ctime>
#include <mutex>
#include <stdexcept>

#include <nlohmann/json.hpp>
#include <openssl/bio.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>
#include <openssl/x509.h>

#include "oci/base64.h"
#include "registry/scope.h"
#include "tests/support/scratch_folder.h"

namespace bale::test {

namespace {

struct Free {
  void operator()(EVP_PKEY* key) const { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const { X509_free(certificate); }
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
  void operator()(BIO* file) const { BIO_free(file); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

void check(bool done) {
  if (!done) throw std::runtime_error("OpenSSL does not make what a token server needs");
}

std::string base64url(std::string text) {
  text = oci::encode_base64(text);
  std::replace(text.begin(), text.end(), '+', '-');
  std::replace(text.begin(), text.end(), '/', '_');
  text.erase(text.find_last_not_of('=') + 1);
  return text;
}

Certificate self_signed(EVP_PKEY* key) {
  constexpr long kDay = 86'400;
  Certificate certificate(X509_new());
  X509_set_version(certificate.get(), 2);
  ASN1_INTEGER_set(X509_get_serialNumber(certificate.get()), 1);
  X509_gmtime_adj(X509_getm_notBefore(certificate.get()), -kDay);
  X509_gmtime_adj(X509_getm_notAfter(certificate.get()), kDay);
  check(X509_set_pubkey(certificate.get(), key) == 1);
  X509_NAME* name = X509_get_subject_name(certificate.get());
  const auto* text = reinterpret_cast<const unsigned char*>("token server of a test");
  X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_ASC, text, -1, -1, 0);
  X509_set_issuer_name(certificate.get(), name);
  check(X509_sign(certificate.get(), key, EVP_sha256()) > 0);
  return certificate;
}

std::string der_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  check(size > 0);
  std::string text(reinterpret_cast<char*>(bytes), static_cast<std::size_t>(size));
  OPENSSL_free(bytes);
  return text;
}

std::string sign(EVP_PKEY* key, const std::string& text) {
  const std::unique_ptr<EVP_MD_CTX, Free> context(EVP_MD_CTX_new());
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.data());
  std::size_t size = 0;
  check(EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key) == 1);
  check(EVP_DigestSign(context.get(), nullptr, &size, bytes, text.size()) == 1);
  std::string signature(size, '\0');
  auto* out = reinterpret_cast<unsigned char*>(signature.data());
  check(EVP_DigestSign(context.get(), out, &size, bytes, text.size()) == 1);
  signature.resize(size);
  return signature;
}

/// What a scope allows, as the claim `access` says it.
nlohmann::json access_of(const registry::Scopes& scopes) {
  nlohmann::json access = nlohmann::json::array();
  for (const std::string& scope : scopes.to_strings()) {
    const std::size_t first = scope.find(':');
    const std::size_t last = scope.rfind(':');
    nlohmann::json actions = nlohmann::json::array();
    for (std::size_t at = last + 1; at < scope.size();) {
      const std::size_t end = std::min(scope.find(',', at), scope.size());
      actions.push_back(scope.substr(at, end - at));
      at = end + 1;
    }
    access.push_back({{"type", scope.substr(0, first)},
                      {"name", scope.substr(first + 1, last - first - 1)},
                      {"actions", std::move(actions)}});
  }
  return access;
}

}  // namespace

class TokenServer::State {
 public:
  State() {
    check(key_ != nullptr);
    const std::unique_ptr<BIO, Free> file(BIO_new_file(bundle().c_str(), "w"));
    check(PEM_write_bio_X509(file.get(), certificate_.get()) == 1);
  }

  std::filesystem::path bundle() const { return folder_ / "bundle.pem"; }
  const HttpServer& server() const { return server_; }

  void set_life(std::chrono::seconds life) {
    const std::lock_guard lock(mutex_);
    life_ = life;
  }
  void set_login(std::string login) {
    const std::lock_guard lock(mutex_);
    login_ = std::move(login);
  }
  std::vector<std::string> scopes() const {
    const std::lock_guard lock(mutex_);
    return scopes_;
  }

 private:
  HttpAnswer answer(const HttpRequest& request) {
    const std::lock_guard lock(mutex_);
    const std::string wanted = "Basic " + oci::encode_base64(login_);
    if (!login_.empty() && request.headers.find("Authorization") != wanted) {
      return {.status = 401, .body = R"({"details":"incorrect username or password"})"};
    }
    std::string joined;
    for (const std::string& scope : request.queries("scope")) joined += scope + " ";
    const auto scopes = registry::Scopes::parse(joined);
    joined.clear();
    for (const std::string& scope : scopes.to_strings()) {
      joined += (joined.empty() ? "" : " ") + scope;
    }
    scopes_.push_back(joined);
    return {.headers = {{"Content-Type", "application/json"}},
            .body = nlohmann::json{{"token", token(scopes)}, {"expires_in", 300}}.dump()};
  }

  std::string token(const registry::Scopes& scopes) const {
    // docker-registry takes a token for a minute longer than it says.
    constexpr long kLeeway = 60;
    const std::time_t now = std::time(nullptr);
    const nlohmann::json header{{"typ", "JWT"},
                                {"alg", "RS256"},
                                {"x5c", {oci::encode_base64(der_of(certificate_.get()))}}};
    const nlohmann::json claims{{"iss", "test-issuer"},
                                {"sub", "alice"},
                                {"aud", "test-service"},
                                {"iat", now - kLeeway},
                                {"nbf", now - kLeeway},
                                {"exp", now + life_.count() - kLeeway},
                                {"jti", std::to_string(scopes_.size())},
                                {"access", access_of(scopes)}};
    const std::string text = base64url(header.dump()) + "." + base64url(claims.dump());
    return text + "." + base64url(sign(key_.get(), text));
  }

  ScratchFolder folder_;
  const Key key_{EVP_RSA_gen(2048)};
  const Certificate certificate_ = self_signed(key_.get());
  mutable std::mutex mutex_;
  std::chrono::seconds life_{300};
  std::string login_;
  std::vector<std::string> scopes_;
  HttpServer server_{[this](const HttpRequest& request) { return answer(request); }};
};

TokenServer::TokenServer() : state_(std::make_unique<State>()) {}
TokenServer::~TokenServer() = default;

void TokenServer::give_tokens_for(std::chrono::seconds life) { state_->set_life(life); }
void TokenServer::demand(std::string login) { state_->set_login(std::move(login)); }

std::string TokenServer::registry_configuration() const {
  return "auth: {token: {realm: \"" + realm() +
         "\", service: test-service, issuer: test-issuer, rootcertbundle: " +
         state_->bundle().string() + "}}\n";
}

std::string TokenServer::realm() const { return state_->server().url() + "/token"; }
std::vector<std::string> TokenServer::scopes() const { return state_->scopes(); }
std::vector<HttpRequest> TokenServer::requests() const { return state_->server().requests(); }

}  // namespace bale::test
