// SPDX-License-Identifier: Apache-2.0
#include "oci/digest.h"

#include <algorithm>
#include <array>
#include <utility>

#include <openssl/evp.h>

#include "oci/error.h"
#include "oci/hex.h"

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

const EVP_MD* message_digest(DigestAlgorithm algorithm) {
  // Fetched once: an implicit fetch per context costs more than hashing a small document.
  static const EVP_MD* const sha256 = EVP_MD_fetch(nullptr, "SHA256", nullptr);
  static const EVP_MD* const sha512 = EVP_MD_fetch(nullptr, "SHA512", nullptr);
  return algorithm == DigestAlgorithm::kSha256 ? sha256 : sha512;
}

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
  EVP_MD_CTX* context;
};

Hasher::Hasher(DigestAlgorithm algorithm)
    : state_(std::make_unique<State>(State{algorithm, EVP_MD_CTX_new()})) {
  if (EVP_DigestInit_ex2(state_->context, message_digest(algorithm), nullptr) != 1) {
    throw Error(ErrorCode::kFailed, "OpenSSL cannot start a digest");
  }
}

Hasher::~Hasher() {
  if (state_) EVP_MD_CTX_free(state_->context);
}

Hasher::Hasher(Hasher&&) noexcept = default;
Hasher& Hasher::operator=(Hasher&& other) noexcept {
  std::swap(state_, other.state_);
  return *this;
}

void Hasher::update(Bytes content) {
  EVP_DigestUpdate(state_->context, content.data(), content.size());
}

Digest Hasher::finish() {
  std::array<unsigned char, EVP_MAX_MD_SIZE> raw{};
  unsigned int length = 0;
  EVP_DigestFinal_ex(state_->context, raw.data(), &length);
  const Bytes bytes = std::as_bytes(std::span(raw).first(length));
  return Digest(state_->algorithm,
                std::string(algorithm_info(state_->algorithm).name) + ":" + to_hex(as_text(bytes)));
}

}  // namespace bale::oci
