// SPDX-License-Identifier: Apache-2.0
#include "oci/json_writer.h"

#include <utility>
#include <variant>

#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/prettywriter.h>
#include <rapidjson/stringbuffer.h>

#include "oci/base64.h"
#include "oci/utf8.h"

namespace bale::oci {

namespace {

constexpr unsigned kIndent = 2;

using CompactWriter = rapidjson::Writer<rapidjson::StringBuffer>;
using IndentedWriter = rapidjson::PrettyWriter<rapidjson::StringBuffer>;

rapidjson::SizeType size_of(std::string_view text) {
  return static_cast<rapidjson::SizeType>(text.size());
}

}  // namespace

struct JsonWriter::Output {
  explicit Output(Style style) : writer(std::in_place_type<CompactWriter>, buffer) {
    if (style == Style::kIndented) writer.emplace<IndentedWriter>(buffer).SetIndent(' ', kIndent);
  }

  template <typename Call>
  void write(const Call& call) {
    std::visit(call, writer);
  }

  rapidjson::StringBuffer buffer;
  std::variant<CompactWriter, IndentedWriter> writer;  // into the buffer
};

JsonWriter::JsonWriter(Style style) : output_(std::make_unique<Output>(style)) {}
JsonWriter::~JsonWriter() = default;
JsonWriter::JsonWriter(JsonWriter&&) noexcept = default;
JsonWriter& JsonWriter::operator=(JsonWriter&&) noexcept = default;

std::string_view JsonWriter::text() const {
  return {output_->buffer.GetString(), output_->buffer.GetSize()};
}

void JsonWriter::value(std::string_view text) {
  if (!is_utf8(text)) return value(replace_invalid_utf8(text));
  output_->write([&](auto& writer) { writer.String(text.data(), size_of(text)); });
}

void JsonWriter::key(std::string_view name) {
  if (!is_utf8(name)) return key(replace_invalid_utf8(name));
  output_->write([&](auto& writer) { writer.Key(name.data(), size_of(name)); });
}

void JsonWriter::boolean(bool yes) {
  output_->write([&](auto& writer) { writer.Bool(yes); });
}

void JsonWriter::integer(std::int64_t number) {
  output_->write([&](auto& writer) { writer.Int64(number); });
}

void JsonWriter::natural(std::uint64_t number) {
  output_->write([&](auto& writer) { writer.Uint64(number); });
}

void JsonWriter::null() {
  output_->write([](auto& writer) { writer.Null(); });
}

void JsonWriter::begin_object() {
  output_->write([](auto& writer) { writer.StartObject(); });
}

void JsonWriter::end_object() {
  output_->write([](auto& writer) { writer.EndObject(); });
}

void JsonWriter::begin_array() {
  output_->write([](auto& writer) { writer.StartArray(); });
}

void JsonWriter::end_array() {
  output_->write([](auto& writer) { writer.EndArray(); });
}

void JsonWriter::value(const std::map<std::string, std::string>& members) {
  object([&] {
    for (const auto& [name, text] : members) member(name, text);
  });
}

void JsonWriter::value(const Platform& platform) {
  object([&] {
    member("architecture", platform.architecture);
    member("os", platform.os);
    member_unless_empty("os.version", platform.os_version);
    member_unless_empty("os.features", platform.os_features);
    member_unless_empty("variant", platform.variant);
  });
}

void JsonWriter::value(const Descriptor& descriptor) {
  object([&] { members_of(descriptor); });
}

void JsonWriter::members_of(const Descriptor& descriptor) {
  member("mediaType", descriptor.media_type.to_string());
  member("digest", descriptor.digest.to_string());
  member("size", descriptor.size);
  member_unless_empty("urls", descriptor.urls);
  member_unless_empty("annotations", descriptor.annotations);
  if (descriptor.data) member("data", encode_base64(*descriptor.data));
  if (descriptor.platform) member("platform", *descriptor.platform);
  member_unless_empty("artifactType", descriptor.artifact_type);
}

}  // namespace bale::oci
