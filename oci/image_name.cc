// SPDX-License-Identifier: Apache-2.0
#include "oci/image_name.h"

#include <array>

#include "oci/error.h"
#include "oci/nearest.h"

namespace bale::oci {

namespace {

struct Prefix {
  Transport transport;
  std::string_view text;
};

constexpr std::array<Prefix, 4> kPrefixes = {{
    {Transport::kRegistry, "docker://"},
    {Transport::kOciLayout, "oci:"},
    {Transport::kOciArchive, "oci-archive:"},
    {Transport::kDockerArchive, "docker-archive:"},
}};

std::string_view prefix_of(Transport transport) {
  for (const auto& prefix : kPrefixes) {
    if (prefix.transport == transport) return prefix.text;
  }
  return "";
}

[[noreturn]] void refuse(std::string_view text, const std::string& why, std::string hint) {
  throw Error(ErrorCode::kInvalid, "invalid image name \"" + std::string(text) + "\": " + why,
              std::move(hint));
}

/// `DIR[:TAG]` or `DIR@DIGEST`
void parse_layout_path(ImageName& name, std::string_view text, std::string_view rest) {
  const auto at = rest.rfind('@');
  const auto after = at == std::string_view::npos ? std::string_view() : rest.substr(at + 1);
  if (after.starts_with("sha256:") || after.starts_with("sha512:")) {
    name.digest = Digest::try_parse(after);
    if (!name.digest) refuse(text, "what follows @ is no digest", "sha256: has 64 hex digits");
    rest = rest.substr(0, at);
    if (rest.find(':') != std::string_view::npos) {
      refuse(text, "it has a tag and a digest", "one of them names the image");
    }
  } else if (const auto colon = rest.find(':'); colon != std::string_view::npos) {
    name.tag = rest.substr(colon + 1);
    rest = rest.substr(0, colon);
  }
  name.path = rest;
  if (name.path.empty()) refuse(text, "a path is missing", "for instance oci:./image:v1");
}

/// `FILE[:REFERENCE]`
void parse_docker_archive(ImageName& name, std::string_view text, std::string_view rest) {
  const auto colon = rest.find(':');
  name.path = rest.substr(0, colon);
  if (name.path.empty()) refuse(text, "a file is missing", "for instance docker-archive:image.tar");
  if (colon != std::string_view::npos) {
    name.reference = Reference::parse(rest.substr(colon + 1)).with_default_tag();
  }
}

/// A word before ':' that is followed by a path or "//" was meant as a transport.
void check_unknown_prefix(std::string_view text) {
  const auto colon = text.find(':');
  if (colon == std::string_view::npos) return;
  const auto word = std::string(text.substr(0, colon));
  const auto rest = text.substr(colon + 1);
  const bool path_like = rest.starts_with("/") || rest.starts_with(".") || rest.starts_with("~");
  if (word.find_first_of("/.") != std::string::npos || !path_like) return;
  const std::string near = nearest(word, {"docker", "oci", "oci-archive", "docker-archive"});
  refuse(text, "unknown transport \"" + word + "\"",
         near.empty() ? "known are docker://, oci:, oci-archive: and docker-archive:"
                      : "did you mean \"" + near + (near == "docker" ? "://" : ":") + "\"?");
}

}  // namespace

ImageName ImageName::parse(std::string_view text) {
  ImageName name;
  if (text == "-") {
    name.transport = Transport::kStandardIo;
    return name;
  }
  for (const auto& prefix : kPrefixes) {
    if (!text.starts_with(prefix.text)) continue;
    const auto rest = text.substr(prefix.text.size());
    name.transport = prefix.transport;
    if (prefix.transport == Transport::kRegistry) {
      name.reference = Reference::parse(rest).with_default_tag();
    } else if (prefix.transport == Transport::kDockerArchive) {
      parse_docker_archive(name, text, rest);
    } else {
      parse_layout_path(name, text, rest);
    }
    return name;
  }
  if (auto digest = Digest::try_parse(text)) {
    name.digest = std::move(digest);
    return name;
  }
  check_unknown_prefix(text);
  name.reference = Reference::parse(text).with_default_tag();
  return name;
}

std::string ImageName::to_string() const {
  if (transport == Transport::kStandardIo) return "-";
  std::string text(prefix_of(transport));
  switch (transport) {
    case Transport::kStore:
      return reference ? reference->to_string() : digest->to_string();
    case Transport::kRegistry:
      return text + reference->to_string();
    case Transport::kDockerArchive:
      return text + path + (reference ? ":" + reference->to_string() : "");
    case Transport::kOciLayout:
    case Transport::kOciArchive:
    case Transport::kStandardIo:
      break;
  }
  text += path;
  if (digest) return text + "@" + digest->to_string();
  return tag.empty() ? text : text + ":" + tag;
}

}  // namespace bale::oci
