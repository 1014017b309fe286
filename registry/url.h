// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace bale::registry {

/// Whom credentials belong to: never the name alone.
struct Origin {
  std::string scheme;
  std::string host;
  std::uint16_t port = 0;

  /// `https://ghcr.io:443`
  std::string to_string() const;

  friend auto operator<=>(const Origin&, const Origin&) = default;
  friend bool operator==(const Origin&, const Origin&) = default;
};

/// An absolute http or https URL (RFC 3986). Always valid once made.
class Url {
 public:
  /// Throws kInvalid: another scheme, user information, control characters, a bad port.
  static Url parse(std::string_view text);
  static std::optional<Url> try_parse(std::string_view text);

  const Origin& origin() const { return origin_; }
  /// The host, and the port where it is not the default of the scheme.
  std::string authority() const;
  bool is_https() const { return origin_.scheme == "https"; }
  const std::string& path() const { return path_; }
  /// Without the question mark.
  const std::string& query() const { return query_; }

  /// What a `Location` or `Link` of a response to this URL means: absolute, relative to the scheme,
  /// the host or the path. Throws kFailed
  /// for what is no address of http or https.
  Url resolve(std::string_view location) const;
  /// The same with `NAME=VALUE`, percent-encoded, after the queries it has.
  Url with_query(std::string_view name, std::string_view value) const;
  /// The same host with another path, which begins with a slash.
  Url with_path(std::string_view path) const;

  /// As it goes on the wire; the port only where it is not the default of the scheme.
  std::string to_string() const;
  /// For people and logs: values of queries that are not known to be harmless are hidden, since
  /// upload states and signed addresses are as good as passwords.
  std::string redacted() const;

  friend bool operator==(const Url&, const Url&) = default;

 private:
  Url() = default;
  std::string text_before_query() const;
  Url parse_answer(std::string_view text) const;

  Origin origin_;
  std::string path_ = "/";
  std::string query_;
};

/// Everything but letters, digits, `-._~` as `%XX`.
std::string percent_encode(std::string_view text);

/// Whether the host is an address of this machine: `localhost`, 127.0.0.0/8, [::1].
bool is_loopback(std::string_view host);

/// Whether the host is written as an address of the link alone (169.254.0.0/16, fe80::/10), where
/// clouds keep the secrets of their machines.
bool is_link_local(std::string_view host);

/// Whether the host is written as an address that only a machine of the same network has: loopback,
/// link-local, RFC 1918, unique local. Such an address in a server's answer is a request forged for
/// us unless the server lives there itself.
bool is_private_address(std::string_view host);

}  // namespace bale::registry
