// SPDX-License-Identifier: Apache-2.0
#include "server/listener.h"

#include <cerrno>
#include <cstring>
#include <memory>

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "oci/error.h"
#include "server/text.h"

namespace bale::server {

namespace {

constexpr std::uint64_t kMaxPort = 65535;

[[noreturn]] void fail(const ListenAddress& address, const std::string& why) {
  throw oci::Error(oci::ErrorCode::kFailed,
                   "listening on " + address.host + ":" + address.port + ": " + why,
                   "--addr 127.0.0.1:0 takes a free port");
}

using Addresses = std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)>;

Addresses resolve(const ListenAddress& address) {
  addrinfo wanted{};
  wanted.ai_family = AF_UNSPEC;
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const char* host = address.host.empty() ? nullptr : address.host.c_str();
  const int error = ::getaddrinfo(host, address.port.c_str(), &wanted, &found);
  if (error != 0) fail(address, ::gai_strerror(error));
  return {found, &::freeaddrinfo};
}

oci::UniqueFd bound_socket(const addrinfo& place) {
  oci::UniqueFd socket(
      ::socket(place.ai_family, place.ai_socktype | SOCK_CLOEXEC, place.ai_protocol));
  if (!socket) return {};
  const int on = 1;  // a port that a server left a moment ago serves again
  ::setsockopt(socket.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const bool bound = ::bind(socket.get(), place.ai_addr, place.ai_addrlen) == 0;
  if (!bound || ::listen(socket.get(), SOMAXCONN) != 0) return {};
  return socket;
}

int port_of(const oci::UniqueFd& socket) {
  sockaddr_storage bound{};
  socklen_t size = sizeof bound;
  ::getsockname(socket.get(), reinterpret_cast<sockaddr*>(&bound), &size);
  return ntohs(bound.ss_family == AF_INET6 ? reinterpret_cast<sockaddr_in6&>(bound).sin6_port
                                           : reinterpret_cast<sockaddr_in&>(bound).sin_port);
}

bool is_loopback(const sockaddr& address) {
  if (address.sa_family == AF_INET6) {
    return IN6_IS_ADDR_LOOPBACK(&reinterpret_cast<const sockaddr_in6&>(address).sin6_addr) != 0;
  }
  return ntohl(reinterpret_cast<const sockaddr_in&>(address).sin_addr.s_addr) >> 24 == 127;
}

std::string url_host(const std::string& host) {
  if (host.empty()) return "0.0.0.0";
  return host.find(':') == std::string::npos ? host : "[" + host + "]";
}

}  // namespace

ListenAddress ListenAddress::parse(std::string_view text) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? "" : text.substr(colon + 1);
  auto host = text.substr(0, colon == std::string_view::npos ? 0 : colon);
  if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
  const auto number = parse_number(port);
  if (!number || *number > kMaxPort) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "\"" + std::string(text) + "\" is not an address to listen on",
                     "for instance 127.0.0.1:5000, or :5000 for every address");
  }
  return {std::string(host), std::string(port)};
}

Listener listen_on(const ListenAddress& address) {
  const Addresses places = resolve(address);
  for (const addrinfo* place = places.get(); place != nullptr; place = place->ai_next) {
    oci::UniqueFd socket = bound_socket(*place);
    if (!socket) continue;
    const std::string named = url_host(address.host) + ":" + std::to_string(port_of(socket));
    return {std::move(socket), named, is_loopback(*place->ai_addr)};
  }
  fail(address, std::strerror(errno));
}

}  // namespace bale::server
