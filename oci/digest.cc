// SPDX-License-Identifier: Apache-2.0
#include "oci/digest.h"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>
#include <variant>

#include <openssl/evp.h>

#include "oci/error.h"
#include "oci/hex.h"
#include "oci/sha256.h"
#include "oci/shared_library.h"

namespace bale::oci {

namespace {

struct Algorithm {
  DigestAlgorithm id;
  std::string_view name;
  std::size_t hex_length;
};

constexpr std::array<Algorithm, 2> kAlgorithms = {{
    {DigestAlgorithm::kSha256, "sha256", 64},
    {DigestAlgorithm::kSha512, "sha512", 128},
}};

const Algorithm& algorithm_info(DigestAlgorithm id) {
  return kAlgorithms[static_cast<std::size_t>(id)];
}

constexpr std::array<bool, 256> kLowerHex = [] {
  std::array<bool, 256> digits{};
  for (const char digit : std::string_view("0123456789abcdef"))
    digits[static_cast<unsigned char>(digit)] = true;
  return digits;
}();

/// Without a branch for each digit: digests are random, and their digits cannot be foreseen.
bool is_lower_hex(std::string_view text) {
  bool all = true;
  for (const char digit : text) all &= kLowerHex[static_cast<unsigned char>(digit)];
  return all;
}

/// What is used of libcrypto. It is loaded for what the processor has no instructions for: it and
/// its start would be a third of the time that a look at an image takes.
struct CryptoLibrary {
  SharedLibrary library{"libcrypto.so.3", "libssl3"};
  decltype(&EVP_MD_fetch) fetch = library["EVP_MD_fetch"];
  decltype(&EVP_MD_CTX_new) new_context = library["EVP_MD_CTX_new"];
  decltype(&EVP_MD_CTX_free) free_context = library["EVP_MD_CTX_free"];
  decltype(&EVP_DigestInit_ex2) init = library["EVP_DigestInit_ex2"];
  decltype(&EVP_DigestUpdate) update = library["EVP_DigestUpdate"];
  decltype(&EVP_DigestFinal_ex) final = library["EVP_DigestFinal_ex"];
  // Fetched once: an implicit fetch per context costs more than hashing a small document.
  const EVP_MD* sha256 = fetch(nullptr, "SHA256", nullptr);
  const EVP_MD* sha512 = fetch(nullptr, "SHA512", nullptr);
};

const CryptoLibrary& libcrypto() {
  static const CryptoLibrary library;
  return library;
}

/// A digest by OpenSSL.
class EvpHash {
 public:
  explicit EvpHash(DigestAlgorithm algorithm) : context_(libcrypto().new_context()) {
    const auto& crypto = libcrypto();
    const EVP_MD* type = algorithm == DigestAlgorithm::kSha256 ? crypto.sha256 : crypto.sha512;
    if (crypto.init(context_.get(), type, nullptr) != 1)
      throw Error(ErrorCode::kFailed, "OpenSSL cannot start a digest");
  }

  void update(Bytes content) { libcrypto().update(context_.get(), content.data(), content.size()); }

  std::string finish() {
    std::string raw(EVP_MAX_MD_SIZE, '\0');
    unsigned int length = 0;
    libcrypto().final(context_.get(), reinterpret_cast<unsigned char*>(raw.data()), &length);
    raw.resize(length);
    return raw;
  }

 private:
  struct Free {
    void operator()(EVP_MD_CTX* context) const { libcrypto().free_context(context); }
  };
  std::unique_ptr<EVP_MD_CTX, Free> context_;
};

}  // namespace

Digest::Digest(DigestAlgorithm algorithm, std::string text)
    : algorithm_(algorithm), text_(std::move(text)) {}

std::optional<Digest> Digest::try_parse(std::string_view text) noexcept {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return std::nullopt;
  const auto name = text.substr(0, colon);
  const auto hex = text.substr(colon + 1);
  for (const auto& algorithm : kAlgorithms) {
    if (name != algorithm.name) continue;
    if (hex.size() != algorithm.hex_length || !is_lower_hex(hex)) return std::nullopt;
    return Digest(algorithm.id, std::string(text));
  }
  return std::nullopt;
}

Digest Digest::parse(std::string_view text) {
  if (auto digest = try_parse(text)) return *std::move(digest);
  throw Error(ErrorCode::kInvalid, "invalid digest \"" + std::string(text.substr(0, 160)) + "\"",
              "a digest is sha256: and 64, or sha512: and 128 lower-case hex digits");
}

Digest Digest::of(Bytes content, DigestAlgorithm algorithm) {
  Hasher hasher(algorithm);
  hasher.update(content);
  return hasher.finish();
}

std::string_view Digest::algorithm_name() const noexcept { return algorithm_info(algorithm_).name; }

std::string_view Digest::hex() const noexcept {
  return std::string_view(text_).substr(algorithm_name().size() + 1);
}

struct Hasher::State {
  DigestAlgorithm algorithm;
  std::variant<Sha256, EvpHash> hash;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : state_(algorithm == DigestAlgorithm::kSha256 && Sha256::is_available()
                 ? new State{algorithm, Sha256()}
                 : new State{algorithm, EvpHash(algorithm)}) {}

Hasher::~Hasher() = default;
Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&&) noexcept = default;

void Hasher::update(Bytes content) {
  std::visit([&](auto& hash) { hash.update(content); }, state_->hash);
}

Digest Hasher::finish() {
  const auto digest_of = [this](std::string_view raw) {
    const std::string_view name = algorithm_info(state_->algorithm).name;
    std::string text;
    text.reserve(name.size() + 1 + 2 * raw.size());
    text.append(name).append(":");
    append_hex(raw, text);
    return Digest(state_->algorithm, std::move(text));
  };
  if (auto* hash = std::get_if<Sha256>(&state_->hash)) return digest_of(as_text(hash->finish()));
  return digest_of(std::get<EvpHash>(state_->hash).finish());
}

}  // namespace bale::oci
