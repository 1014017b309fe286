// SPDX-License-Identifier: Apache-2.0
#include "registry/authenticator.h"

#include <algorithm>
#include <utility>

namespace bale::registry {

namespace {

/// A token is renewed this long before its end: a request that starts now must still be let in
/// when the server gets to look at it.
constexpr std::chrono::seconds kMargin{10};

const Challenge* find(const std::vector<Challenge>& challenges, std::string_view scheme) {
  const auto found = std::find_if(challenges.begin(), challenges.end(),
                                  [&](const Challenge& c) { return c.scheme == scheme; });
  return found == challenges.end() ? nullptr : &*found;
}

}  // namespace

Authenticator::Authenticator(HttpClient& client, Url registry, TlsOptions tls,
                             CredentialLookup lookup)
    : client_(client),
      registry_(std::move(registry)),
      tls_(std::move(tls)),
      lookup_(std::move(lookup)) {}

const std::optional<Credential>& Authenticator::credential() {
  const std::lock_guard lock(lookup_mutex_);
  if (!credential_) credential_ = lookup_ ? lookup_() : std::nullopt;
  return *credential_;
}

std::string Authenticator::describe_credential() {
  const auto& known = credential();
  return known ? "with the credentials of " + known->source : "without credentials";
}

Secret Authenticator::authorization(const Scopes& wanted, const std::stop_token& stop) {
  Scheme scheme;
  {
    const std::lock_guard lock(mutex_);
    scheme = scheme_;
  }
  switch (scheme) {
    case Scheme::kUnknown:
      return {};
    case Scheme::kBasic:
      return basic_authorization(credential()->username, credential()->password);
    case Scheme::kBearer:
      return bearer(wanted, stop);
  }
  return {};
}

bool Authenticator::learn(const ResponseHead& refusal, const Scopes& wanted, const Secret& used) {
  const auto challenges = parse_challenges(refusal.headers);
  if (const Challenge* bearer = find(challenges, "bearer")) {
    return learn_bearer(*bearer, wanted, used);
  }
  const auto& known = credential();
  if (find(challenges, "basic") == nullptr || !known || known->password.empty()) return false;
  const std::lock_guard lock(mutex_);
  scheme_ = Scheme::kBasic;
  return used != basic_authorization(known->username, known->password);
}

bool Authenticator::learn_bearer(const Challenge& challenge, const Scopes& wanted,
                                 const Secret& used) {
  const Url realm = registry_.resolve(challenge.parameter("realm"));
  check_realm(registry_, realm);
  std::shared_ptr<TokenSlot> stale;
  {
    const std::lock_guard lock(mutex_);
    scheme_ = Scheme::kBearer;
    realm_ = realm;
    service_ = challenge.parameter("service");
    const Scopes demanded = Scopes::parse(challenge.parameter("scope"));
    Scopes& more = demanded_[wanted];
    Scopes known = wanted;
    known.merge(more);
    // Demanding what the token was made for means that the token is no good any more.
    if (used.empty() || !known.contains(demanded)) {
      more.merge(demanded);
      return true;
    }
    const auto found = slots_.find(known);
    if (found == slots_.end()) return true;
    stale = found->second;
  }
  const std::lock_guard lock(stale->mutex);
  if (stale->token && used == Secret("Bearer " + stale->token->text.reveal())) {
    stale->token.reset();
  }
  return true;
}

TokenQuestion Authenticator::question(const Scopes& wanted) {
  const auto& known = credential();
  const std::lock_guard lock(mutex_);
  TokenQuestion result{*realm_, service_, demanded_[wanted], wanted, std::nullopt, {}};
  if (realm_->origin() == registry_.origin()) result.tls = tls_;
  // A registry without TLS verification has its token server beside it more often than not.
  result.tls.verify = tls_.verify;
  if (known && may_take_credentials(registry_, *realm_)) result.credential = known;
  return result;
}

std::shared_ptr<Authenticator::TokenSlot> Authenticator::slot(const Scopes& scopes) {
  const std::lock_guard lock(mutex_);
  auto& slot = slots_[scopes];
  if (!slot) slot = std::make_shared<TokenSlot>();
  return slot;
}

Secret Authenticator::bearer(const Scopes& wanted, const std::stop_token& stop) {
  const auto& known = credential();
  if (known && !known->registry_token.empty()) {
    return Secret("Bearer " + known->registry_token.reveal());
  }
  TokenQuestion asked = question(wanted);
  Scopes scopes = asked.first;
  scopes.merge(asked.others);
  const auto kept = slot(scopes);
  const std::lock_guard lock(kept->mutex);
  if (!kept->token || kept->token->expires - kMargin <= Clock::now()) {
    if (kept->token && !kept->token->refresh_token.empty() && asked.credential) {
      asked.credential->identity_token = kept->token->refresh_token;
    }
    kept->token = fetch_token(client_, asked, stop);
  }
  return Secret("Bearer " + kept->token->text.reveal());
}

}  // namespace bale::registry
