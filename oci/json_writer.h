// SPDX-License-Identifier: Apache-2.0
#pragma once

// Only .cc files that write JSON include this header.

#include <concepts>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "oci/descriptor.h"

namespace bale::oci {

/// Writes a text of JSON from its front to its end, in the order of the calls: what is made new,
/// of any length, without a tree of it. (What is edited is a `Json`.) What is not UTF-8 and cannot
/// stand in JSON is replaced, as by `replace_invalid_utf8`.
class JsonWriter {
 public:
  enum class Style {
    kCompact,   ///< no space anywhere
    kIndented,  ///< a line for each value, two spaces for each level
  };

  explicit JsonWriter(Style style = Style::kCompact);
  ~JsonWriter();
  JsonWriter(JsonWriter&&) noexcept;
  JsonWriter& operator=(JsonWriter&&) noexcept;

  /// What has been written; valid until the next call.
  std::string_view text() const;

  // A value: an element of an array, or the whole text.
  void value(std::string_view text);
  template <std::integral Number>
  void value(Number number) {
    if constexpr (std::same_as<Number, bool>) {
      boolean(number);
    } else if constexpr (std::signed_integral<Number>) {
      integer(number);
    } else {
      natural(number);
    }
  }
  void null();
  /// `write_members()` writes what is in it, as `write_elements()` below.
  template <typename Body>
  void object(const Body& write_members) {
    begin_object();
    write_members();
    end_object();
  }
  template <typename Body>
  void array(const Body& write_elements) {
    begin_array();
    write_elements();
    end_array();
  }
  template <typename Texts>
  void strings(const Texts& texts) {
    array([&] {
      for (const std::string& text : texts) value(text);
    });
  }
  void value(const std::vector<std::string>& texts) { strings(texts); }
  void value(const std::set<std::string>& texts) { strings(texts); }
  void value(const std::map<std::string, std::string>& members);
  void value(const Platform& platform);
  void value(const Descriptor& descriptor);

  // A member of an object.
  void key(std::string_view name);
  template <typename Value>
  void member(std::string_view name, const Value& content) {
    key(name);
    value(content);
  }
  /// Left out where the text or list is empty.
  template <typename Value>
  void member_unless_empty(std::string_view name, const Value& content) {
    if (!content.empty()) member(name, content);
  }
  template <typename Body>
  void object(std::string_view name, const Body& write_members) {
    key(name);
    object(write_members);
  }
  template <typename Body>
  void array(std::string_view name, const Body& write_elements) {
    key(name);
    array(write_elements);
  }
  /// Of `values`, each written by `write(json, value)`.
  template <typename Values, typename Write>
  void list(std::string_view name, const Values& values, const Write& write) {
    array(name, [&] {
      for (const auto& value : values) write(*this, value);
    });
  }
  /// Those of a descriptor, for an object that says more of it.
  void members_of(const Descriptor& descriptor);

 private:
  struct Output;

  void boolean(bool yes);
  void integer(std::int64_t number);
  void natural(std::uint64_t number);
  void begin_object();
  void end_object();
  void begin_array();
  void end_array();

  std::unique_ptr<Output> output_;
};

/// The text of one object, whose members `write_members(json)` writes.
template <typename Body>
std::string json_object(const Body& write_members) {
  JsonWriter json;
  json.object([&] { write_members(json); });
  return std::string(json.text());
}

/// The same for people: indented, and with a newline at its end.
template <typename Body>
std::string json_page(const Body& write_members) {
  JsonWriter json(JsonWriter::Style::kIndented);
  json.object([&] { write_members(json); });
  return std::string(json.text()) + "\n";
}

/// The text of one value.
template <typename Value>
std::string json_text(const Value& value) {
  JsonWriter json;
  json.value(value);
  return std::string(json.text());
}

}  // namespace bale::oci
