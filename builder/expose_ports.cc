// SPDX-License-Identifier: Apache-2.0
#include "builder/expose_ports.h"

#include <charconv>

#include "builder/words.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

[[noreturn]] void fail(std::string_view word, const std::string& why) {
  throw oci::Error(oci::ErrorCode::kInvalid, "\"" + std::string(word) + "\" names no port: " + why,
                   "such as 80, 80/udp or 8000-8010");
}

struct PortRange {
  unsigned first;
  unsigned last;
};

unsigned parse_port(std::string_view text, std::string_view word) {
  unsigned port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool number = error == std::errc() && end == text.data() + text.size();
  if (!number || port > 65535) {
    fail(word, "\"" + std::string(text) + "\" is no number from 0 to 65535");
  }
  return port;
}

PortRange parse_range(std::string_view text, std::string_view word) {
  const auto dash = text.find('-');
  const unsigned first = parse_port(text.substr(0, dash), word);
  const unsigned last =
      dash == std::string_view::npos ? first : parse_port(text.substr(dash + 1), word);
  if (last < first) fail(word, "the range ends before it begins");
  return {first, last};
}

std::string parse_protocol(std::string_view text, std::string_view word) {
  const std::string protocol = lower(text);
  if (protocol == "tcp" || protocol == "udp" || protocol == "sctp") return protocol;
  fail(word, "the protocol is tcp, udp or sctp");
}

/// The host's part says nothing about the image, but nonsense there is nonsense all the same.
void check_host_part(std::string_view host, PortRange container, std::string_view word) {
  const auto colon = host.rfind(':');
  const auto ports = colon == std::string_view::npos ? host : host.substr(colon + 1);
  if (ports.empty()) return;
  const PortRange range = parse_range(ports, word);
  const bool same = range.last - range.first == container.last - container.first;
  if (!same && container.first != container.last) fail(word, "the two ranges differ in length");
}

}  // namespace

std::vector<std::string> expose_ports(std::string_view word) {
  const auto slash = word.rfind('/');
  const bool has_protocol = slash != std::string_view::npos;
  const std::string protocol = has_protocol ? parse_protocol(word.substr(slash + 1), word) : "tcp";
  const auto ports = word.substr(0, slash);
  const auto colon = ports.rfind(':');
  const bool has_host = colon != std::string_view::npos;
  const PortRange range = parse_range(has_host ? ports.substr(colon + 1) : ports, word);
  if (has_host) check_host_part(ports.substr(0, colon), range, word);
  std::vector<std::string> result;
  for (unsigned port = range.first; port <= range.last; ++port) {
    result.push_back(std::to_string(port) + "/" + protocol);
  }
  return result;
}

}  // namespace bale::builder
