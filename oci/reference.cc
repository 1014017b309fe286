// SPDX-License-Identifier: Apache-2.0
#include "oci/reference.h"

#include <algorithm>

#include "oci/error.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMaxNameLength = 255;
constexpr std::size_t kMaxTagLength = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_alnum(char c) { return is_digit(c) || is_lower(c) || is_upper(c); }

[[noreturn]] void refuse(std::string_view text, std::string_view why, std::string hint = {}) {
  throw Error(
      ErrorCode::kInvalid,
      "invalid image name \"" + std::string(text.substr(0, 300)) + "\": " + std::string(why),
      std::move(hint));
}

/// One path component: `[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*`
bool is_component(std::string_view text) {
  std::size_t i = 0;
  const auto word = [&] {
    const std::size_t start = i;
    while (i < text.size() && (is_lower(text[i]) || is_digit(text[i]))) ++i;
    return i > start;
  };
  if (!word()) return false;
  while (i < text.size()) {
    if (text[i] == '.') {
      ++i;
    } else if (text[i] == '_') {
      i += text.substr(i).starts_with("__") ? 2 : 1;
    } else if (text[i] == '-') {
      while (i < text.size() && text[i] == '-') ++i;
    } else {
      return false;
    }
    if (!word()) return false;
  }
  return true;
}

bool is_repository(std::string_view text) {
  while (true) {
    const auto slash = text.find('/');
    if (!is_component(text.substr(0, slash))) return false;
    if (slash == std::string_view::npos) return true;
    text.remove_prefix(slash + 1);
  }
}

/// `HOST[:PORT]` or `[IPv6]:PORT`
bool is_host(std::string_view text) {
  std::size_t end = text.rfind(':');
  if (text.starts_with('[')) {
    const auto close = text.find(']');
    if (close == std::string_view::npos) return false;
    const auto address = text.substr(1, close - 1);
    const bool hex = !address.empty() && std::all_of(address.begin(), address.end(), [](char c) {
      return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F') || c == ':';
    });
    if (!hex) return false;
    if (close + 1 == text.size()) return true;
    if (text[close + 1] != ':') return false;
    end = close + 1;
  }
  if (end != std::string_view::npos) {
    const auto port = text.substr(end + 1);
    if (port.empty() || port.size() > 5 || !std::all_of(port.begin(), port.end(), is_digit)) {
      return false;
    }
  }
  const auto name = text.substr(0, end);
  if (name.starts_with('[')) return true;
  return !name.empty() && is_alnum(name.front()) && is_alnum(name.back()) &&
         std::all_of(name.begin(), name.end(),
                     [](char c) { return is_alnum(c) || c == '.' || c == '-'; });
}

/// Docker's rule for telling a host from the first part of a path.
bool looks_like_host(std::string_view first) {
  return first == "localhost" || first.find_first_of(".:[") != std::string_view::npos ||
         std::any_of(first.begin(), first.end(), is_upper);
}

bool is_bare_hex_digest(std::string_view text) {
  return text.size() == 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return is_digit(c) || (c >= 'a' && c <= 'f');
         });
}

void split_host(Reference& reference, std::string_view name) {
  const auto slash = name.find('/');
  if (slash != std::string_view::npos && looks_like_host(name.substr(0, slash))) {
    reference.host = name.substr(0, slash);
    reference.repository = name.substr(slash + 1);
  } else {
    reference.host = "docker.io";
    reference.repository = name;
  }
  if (reference.host == "index.docker.io" || reference.host == "registry-1.docker.io") {
    reference.host = "docker.io";
  }
  if (reference.host == "docker.io" && reference.repository.find('/') == std::string::npos) {
    reference.repository = "library/" + reference.repository;
  }
}

void check_name(const Reference& reference, std::string_view text) {
  if (!is_host(reference.host)) refuse(text, "\"" + reference.host + "\" is not a host");
  if (is_repository(reference.repository)) {
    if (reference.name().size() > kMaxNameLength) refuse(text, "longer than 255 bytes");
    return;
  }
  const bool upper =
      std::any_of(reference.repository.begin(), reference.repository.end(), is_upper);
  if (upper) refuse(text, "a repository is in lower case");
  refuse(text, "\"" + reference.repository + "\" is not a repository",
         "repositories look like team/name, in a-z 0-9 and . _ - between words");
}

}  // namespace

bool is_valid_tag(std::string_view tag) {
  if (tag.empty() || tag.size() > kMaxTagLength) return false;
  if (!is_alnum(tag.front()) && tag.front() != '_') return false;
  return std::all_of(tag.begin(), tag.end(),
                     [](char c) { return is_alnum(c) || c == '_' || c == '.' || c == '-'; });
}

Reference Reference::parse(std::string_view text) {
  Reference reference;
  std::string_view rest = text;
  if (const auto at = rest.find('@'); at != std::string_view::npos) {
    reference.digest = Digest::try_parse(rest.substr(at + 1));
    if (!reference.digest) {
      refuse(text, "what follows @ is not a digest", "a digest is sha256: and 64 hex digits");
    }
    rest = rest.substr(0, at);
  }
  const auto colon = rest.rfind(':');
  const auto slash = rest.rfind('/');
  if (colon != std::string_view::npos && (slash == std::string_view::npos || colon > slash)) {
    const auto tag = rest.substr(colon + 1);
    if (!is_valid_tag(tag)) {
      refuse(text, "\"" + std::string(tag) + "\" is not a tag",
             "a tag has at most 128 of A-Z a-z 0-9 _ . - and starts with none of . -");
    }
    reference.tag = std::string(tag);
    rest = rest.substr(0, colon);
  }
  if (is_bare_hex_digest(rest)) refuse(text, "a digest needs sha256: before it");
  split_host(reference, rest);
  check_name(reference, text);
  return reference;
}

std::string Reference::to_string() const {
  std::string text = name();
  if (tag) text += ":" + *tag;
  if (digest) text += "@" + digest->to_string();
  return text;
}

Reference Reference::with_default_tag() const {
  Reference result = *this;
  if (!result.tag && !result.digest) result.tag = "latest";
  return result;
}

Reference Reference::with_tag(std::string_view new_tag) const {
  Reference result = *this;
  result.tag = std::string(new_tag);
  result.digest.reset();
  return result;
}

Reference Reference::with_digest(const Digest& new_digest) const {
  Reference result = *this;
  result.digest = new_digest;
  return result;
}

std::string Reference::manifest_reference() const {
  if (digest) return digest->to_string();
  return tag.value_or("latest");
}

}  // namespace bale::oci
