// SPDX-License-Identifier: Apache-2.0
#include "registry/url.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <vector>

#include <arpa/inet.h>
#include <netinet/in.h>

#include "oci/error.h"

namespace bale::registry {

namespace {

constexpr std::array<std::string_view, 13> kHarmlessQueries = {
    "artifactType", "digest", "from", "last",    "mount",         "n",        "ns",
    "platform",     "scope",  "tag",  "service", "offline_token", "client_id"};

std::uint16_t default_port(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

std::string lower(std::string_view text) {
  std::string result(text);
  for (char& c : result) {
    if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
  }
  return result;
}

bool is_printable(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) { return c > ' ' && c < 0x7f; });
}

std::optional<std::uint16_t> parse_port(std::string_view text) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  if (error != std::errc() || end != text.data() + text.size() || port == 0) return std::nullopt;
  return port;
}

bool is_host(std::string_view host) {
  if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
    const std::string inner(host.substr(1, host.size() - 2));
    in6_addr address;
    return inet_pton(AF_INET6, inner.c_str(), &address) == 1;
  }
  return !host.empty() && std::all_of(host.begin(), host.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  });
}

/// `HOST[:PORT]` of a scheme.
std::optional<Origin> parse_authority(std::string_view scheme, std::string_view text) {
  Origin origin{std::string(scheme), {}, default_port(scheme)};
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port =
      colon != std::string_view::npos && (bracket == std::string_view::npos || colon > bracket);
  if (has_port) {
    const auto port = parse_port(text.substr(colon + 1));
    if (!port) return std::nullopt;
    origin.port = *port;
    text = text.substr(0, colon);
  }
  origin.host = lower(text);
  if (!is_host(origin.host)) return std::nullopt;
  return origin;
}

/// Removes `.` and `..` segments (RFC 3986, 5.2.4).
std::string without_dots(std::string_view path) {
  std::vector<std::string_view> kept;
  std::string_view last;
  for (std::size_t at = 1; at <= path.size();) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    last = path.substr(at, end - at);
    if (last == "..") {
      if (!kept.empty()) kept.pop_back();
    } else if (last != ".") {
      kept.push_back(last);
    }
    at = end + 1;
  }
  std::string result;
  for (const std::string_view segment : kept) (result += '/') += segment;
  const bool folder = last == "." || last == "..";
  return folder || result.empty() ? result + "/" : result;
}

std::optional<std::uint32_t> ipv4_address(std::string_view host) {
  in_addr address;
  if (inet_pton(AF_INET, std::string(host).c_str(), &address) != 1) return std::nullopt;
  return ntohl(address.s_addr);
}

std::optional<in6_addr> ipv6_address(std::string_view host) {
  if (host.size() < 2 || host.front() != '[') return std::nullopt;
  in6_addr address;
  const std::string inner(host.substr(1, host.size() - 2));
  if (inet_pton(AF_INET6, inner.c_str(), &address) != 1) return std::nullopt;
  return address;
}

std::uint32_t embedded_ipv4(const in6_addr& address) {
  std::uint32_t word;
  std::memcpy(&word, address.s6_addr + 12, sizeof word);
  return ntohl(word);
}

constexpr std::uint32_t kLinkLocal = 0xa9fe0000;  // 169.254.0.0/16

bool is_private_ipv4(std::uint32_t address) {
  const auto within = [address](std::uint32_t network, int bits) {
    return (address >> (32 - bits)) == (network >> (32 - bits));
  };
  return within(0x7f000000, 8) || within(kLinkLocal, 16) || within(0x0a000000, 8) ||
         within(0xac100000, 12) || within(0xc0a80000, 16) || within(0x00000000, 8);
}

}  // namespace

std::string Origin::to_string() const { return scheme + "://" + host + ":" + std::to_string(port); }

std::optional<Url> Url::try_parse(std::string_view text) {
  const std::size_t scheme_end = text.find("://");
  if (scheme_end == std::string_view::npos || !is_printable(text)) return std::nullopt;
  const std::string scheme = lower(text.substr(0, scheme_end));
  if (scheme != "http" && scheme != "https") return std::nullopt;
  std::string_view rest = text.substr(scheme_end + 3);
  rest = rest.substr(0, rest.find('#'));
  const std::size_t authority_end = std::min(rest.find_first_of("/?"), rest.size());
  auto origin = parse_authority(scheme, rest.substr(0, authority_end));
  if (!origin) return std::nullopt;
  rest.remove_prefix(authority_end);
  Url url;
  url.origin_ = *std::move(origin);
  const std::size_t question = rest.find('?');
  if (const auto path = rest.substr(0, question); !path.empty()) url.path_ = path;
  if (question != std::string_view::npos) url.query_ = rest.substr(question + 1);
  return url;
}

Url Url::parse(std::string_view text) {
  auto url = try_parse(text);
  // The text is not repeated: it may carry a password where it is wrong.
  if (!url) throw oci::Error(oci::ErrorCode::kInvalid, "not an http or https URL");
  return *std::move(url);
}

Url Url::parse_answer(std::string_view text) const {
  if (auto url = try_parse(text)) return *std::move(url);
  throw oci::Error(oci::ErrorCode::kFailed,
                   redacted() + " points at an address that is none of http or https");
}

Url Url::resolve(std::string_view location) const {
  if (location.find("://") != std::string_view::npos &&
      location.find("://") < location.find_first_of("/?#")) {
    return parse_answer(location);
  }
  if (location.substr(0, 2) == "//") {
    return parse_answer(origin_.scheme + ":" + std::string(location));
  }
  if (!is_printable(location)) {
    throw oci::Error(oci::ErrorCode::kFailed,
                     redacted() + " points at an address with characters that none may have");
  }
  location = location.substr(0, location.find('#'));
  Url url = *this;
  const std::size_t question = location.find('?');
  const std::string_view path = location.substr(0, question);
  if (path.substr(0, 1) == "/") {
    url.path_ = without_dots(path);
  } else if (!path.empty()) {
    url.path_ = without_dots(path_.substr(0, path_.rfind('/') + 1) + std::string(path));
  }
  if (question != std::string_view::npos) {
    url.query_ = location.substr(question + 1);
  } else if (!path.empty()) {
    url.query_.clear();
  }
  return url;
}

Url Url::with_query(std::string_view name, std::string_view value) const {
  Url url = *this;
  if (!url.query_.empty()) url.query_ += '&';
  url.query_ += percent_encode(name) + "=" + percent_encode(value);
  return url;
}

Url Url::with_path(std::string_view path) const {
  Url url = *this;
  url.path_ = path;
  url.query_.clear();
  return url;
}

std::string Url::authority() const {
  if (origin_.port == default_port(origin_.scheme)) return origin_.host;
  return origin_.host + ":" + std::to_string(origin_.port);
}

std::string Url::text_before_query() const { return origin_.scheme + "://" + authority() + path_; }

std::string Url::to_string() const {
  return query_.empty() ? text_before_query() : text_before_query() + "?" + query_;
}

std::string Url::redacted() const {
  std::string text = text_before_query();
  char separator = '?';
  for (std::size_t at = 0; at < query_.size();) {
    const std::size_t end = std::min(query_.find('&', at), query_.size());
    const std::string item = query_.substr(at, end - at);
    const std::string name = item.substr(0, item.find('='));
    const bool harmless =
        std::find(kHarmlessQueries.begin(), kHarmlessQueries.end(), name) != kHarmlessQueries.end();
    text += separator + (harmless ? item : name + "=***");
    separator = '&';
    at = end + 1;
  }
  return text;
}

std::string percent_encode(std::string_view text) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  constexpr std::string_view kPlain = "-._~";
  std::string result;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       kPlain.find(c) != std::string_view::npos;
    if (plain) {
      result += c;
    } else {
      const auto byte = static_cast<unsigned char>(c);
      ((result += '%') += kHex[byte >> 4]) += kHex[byte & 15];
    }
  }
  return result;
}

bool is_loopback(std::string_view host) {
  if (host == "localhost") return true;
  if (const auto address = ipv4_address(host)) return *address >> 24 == 127;
  const auto address = ipv6_address(host);
  return address && IN6_IS_ADDR_LOOPBACK(&*address);
}

bool is_link_local(std::string_view host) {
  if (const auto address = ipv4_address(host)) return *address >> 16 == kLinkLocal >> 16;
  const auto address = ipv6_address(host);
  if (!address) return false;
  if (IN6_IS_ADDR_V4MAPPED(&*address)) return embedded_ipv4(*address) >> 16 == kLinkLocal >> 16;
  return IN6_IS_ADDR_LINKLOCAL(&*address);
}

bool is_private_address(std::string_view host) {
  if (is_loopback(host)) return true;
  if (const auto address = ipv4_address(host)) return is_private_ipv4(*address);
  const auto address = ipv6_address(host);
  if (!address) return false;
  if (IN6_IS_ADDR_V4MAPPED(&*address)) return is_private_ipv4(embedded_ipv4(*address));
  return IN6_IS_ADDR_LINKLOCAL(&*address) || IN6_IS_ADDR_UNSPECIFIED(&*address) ||
         (address->s6_addr[0] & 0xfe) == 0xfc;
}

}  // namespace bale::registry
