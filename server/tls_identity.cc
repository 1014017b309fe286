// SPDX-License-Identifier: Apache-2.0
#include "server/tls_identity.h"

#include <memory>
#include <new>
#include <string_view>
#include <type_traits>

#include <gnutls/gnutls.h>

#include "oci/error.h"
#include "oci/shared_library.h"

namespace bale::server {

namespace {

/// What libmicrohttpd has its TLS from, so that both find the same faults.
struct GnuTlsLibrary {
  oci::SharedLibrary library{"libgnutls.so.30", "libgnutls30"};
  decltype(&gnutls_certificate_allocate_credentials) allocate_credentials =
      library["gnutls_certificate_allocate_credentials"];
  decltype(&gnutls_certificate_free_credentials) free_credentials =
      library["gnutls_certificate_free_credentials"];
  decltype(&gnutls_certificate_set_x509_trust_mem) set_trust =
      library["gnutls_certificate_set_x509_trust_mem"];
  decltype(&gnutls_certificate_set_x509_key_mem) set_key =
      library["gnutls_certificate_set_x509_key_mem"];
};

const GnuTlsLibrary& gnutls() {
  static const GnuTlsLibrary library;
  return library;
}

struct FreeCredentials {
  void operator()(gnutls_certificate_credentials_t credentials) const {
    gnutls().free_credentials(credentials);
  }
};
using Credentials =
    std::unique_ptr<std::remove_pointer_t<gnutls_certificate_credentials_t>, FreeCredentials>;

Credentials make_credentials() {
  gnutls_certificate_credentials_t credentials = nullptr;
  if (gnutls().allocate_credentials(&credentials) < 0) throw std::bad_alloc();
  return Credentials(credentials);
}

/// The library reads what it points to, and wants it writable all the same.
gnutls_datum_t datum(std::string_view text) {
  auto* bytes = reinterpret_cast<unsigned char*>(const_cast<char*>(text.data()));
  return {bytes, static_cast<unsigned>(text.size())};
}

[[noreturn]] void refuse(const std::string& why, const std::string& hint) {
  throw oci::Error(oci::ErrorCode::kInvalid, why, hint);
}

}  // namespace

void TlsIdentity::check_certificate() const {
  const auto chain = datum(certificate);
  // How many it found, or an error.
  if (gnutls().set_trust(make_credentials().get(), &chain, GNUTLS_X509_FMT_PEM) > 0) return;
  refuse("no certificate in PEM",
         "it begins with -----BEGIN CERTIFICATE-----; the server's own comes first");
}

void TlsIdentity::check_key() const {
  const auto chain = datum(certificate);
  const auto secret = datum(key.reveal());
  const int result =
      gnutls().set_key(make_credentials().get(), &chain, &secret, GNUTLS_X509_FMT_PEM);
  if (result >= 0) return;
  if (result == GNUTLS_E_CERTIFICATE_KEY_MISMATCH) {
    refuse("the key is not that of the certificate",
           "of a chain the server's own certificate comes first, then those that vouch for it");
  }
  if (result == GNUTLS_E_DECRYPTION_FAILED) {
    refuse("the key has a password", "openssl pkey -in FILE -out NEW takes it off");
  }
  refuse("no key in PEM", "it begins with -----BEGIN PRIVATE KEY-----");
}

}  // namespace bale::server
