// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>
#include <string_view>
#include <vector>

namespace bale::oci {

enum class JsonKind : std::uint8_t {
  kNull,
  kFalse,
  kTrue,
  kInteger,   ///< of 64 bits, with a sign
  kUnsigned,  ///< 2^63 and above
  kReal,
  kString,
  kArray,
  kObject,
};

union JsonContent {
  const char* text;
  std::int64_t integer;
  std::uint64_t natural;
  double real;
};

/// One value of a document, with everything that it holds right behind it. A member of an object is
/// two of them: the key, a string, and the value.
struct JsonNode {
  JsonContent content = {.integer = 0};
  std::uint32_t size = 0;   ///< bytes of a string, elements of an array, members of an object
  std::uint32_t nodes = 1;  ///< that the value takes, itself included
  JsonKind kind = JsonKind::kNull;
};

class JsonMembers;
class JsonElements;

/// A value of a JsonDocument, which must outlive it. A pointer: to be passed by value.
class JsonValue {
 public:
  explicit JsonValue(const JsonNode& node) : node_(&node) {}

  JsonKind kind() const { return node_->kind; }
  bool is_null() const { return kind() == JsonKind::kNull; }
  bool is_boolean() const { return kind() == JsonKind::kFalse || kind() == JsonKind::kTrue; }
  bool is_string() const { return kind() == JsonKind::kString; }
  bool is_array() const { return kind() == JsonKind::kArray; }
  bool is_object() const { return kind() == JsonKind::kObject; }

  // Each for values of its kind only.
  std::int64_t integer() const { return node_->content.integer; }
  std::uint64_t natural() const { return node_->content.natural; }
  double real() const { return node_->content.real; }
  std::string_view text() const { return {node_->content.text, node_->size}; }
  JsonElements elements() const;
  JsonMembers members() const;

  /// Elements of an array, members of an object.
  std::size_t size() const { return node_->size; }

 private:
  const JsonNode* node_;
};

struct JsonMember {
  std::string_view key;
  JsonValue value;
};

/// The elements of an array, in their order.
class JsonElements {
 public:
  class iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = JsonValue;

    explicit iterator(const JsonNode* node) : node_(node) {}
    JsonValue operator*() const { return JsonValue(*node_); }
    iterator& operator++() {
      node_ += node_->nodes;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    const JsonNode* node_;
  };

  explicit JsonElements(const JsonNode& array) : array_(&array) {}
  iterator begin() const { return iterator(array_ + 1); }
  iterator end() const { return iterator(array_ + array_->nodes); }

 private:
  const JsonNode* array_;
};

/// The members of an object, in their order.
class JsonMembers {
 public:
  class iterator {
   public:
    using difference_type = std::ptrdiff_t;
    using value_type = JsonMember;

    explicit iterator(const JsonNode* key) : key_(key) {}
    JsonMember operator*() const { return {JsonValue(*key_).text(), JsonValue(key_[1])}; }
    iterator& operator++() {
      key_ += 1 + key_[1].nodes;
      return *this;
    }
    friend bool operator==(const iterator&, const iterator&) = default;

   private:
    const JsonNode* key_;
  };

  explicit JsonMembers(const JsonNode& object) : object_(&object) {}
  iterator begin() const { return iterator(object_ + 1); }
  iterator end() const { return iterator(object_ + object_->nodes); }

 private:
  const JsonNode* object_;
};

inline JsonElements JsonValue::elements() const { return JsonElements(*node_); }
inline JsonMembers JsonValue::members() const { return JsonMembers(*node_); }

/// A JSON text (RFC 8259) that is only read: its values stand in one block, its strings where they
/// stood in the text, of which it keeps a copy.
class JsonDocument {
 public:
  /// Strict: throws kCorrupt, naming `what` and the place, for a syntax error, bytes that are not
  /// UTF-8, a duplicate key, nesting over 64, or bytes after the end.
  JsonDocument(std::string_view text, std::string_view what);

  JsonValue root() const { return JsonValue(nodes_.front()); }

 private:
  std::vector<char> text_;
  std::vector<JsonNode> nodes_;
};

}  // namespace bale::oci
