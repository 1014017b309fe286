// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

#include "oci/fd.h"

namespace bale::server {

/// `HOST:PORT` to listen on; `[IPv6]:PORT` too. Port 0 takes a free one.
struct ListenAddress {
  std::string host;
  std::string port;

  /// Throws kInvalid.
  static ListenAddress parse(std::string_view text);
};

/// A bound TCP socket that takes connections.
struct Listener {
  oci::UniqueFd socket;
  /// `HOST:PORT` as a client may name it: the port that was taken.
  std::string address;
  /// Whether only this machine can connect.
  bool is_loopback = false;
};

/// Throws kFailed where the address is in use or not of this machine.
Listener listen_on(const ListenAddress& address);

}  // namespace bale::server
