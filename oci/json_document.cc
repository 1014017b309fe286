// SPDX-License-Identifier: Apache-2.0
#include "oci/json_document.h"

#include <algorithm>
#include <limits>
#include <string>
#include <unordered_set>

#if defined(__SSE2__)
#define RAPIDJSON_SSE2
#endif
#include <rapidjson/error/en.h>
#include <rapidjson/reader.h>

#include "oci/error.h"
#include "oci/utf8.h"

namespace bale::oci {

namespace {

constexpr std::size_t kMaxDepth = 64;
/// What the parser may read behind the text: it looks at blocks of 16 bytes.
constexpr std::size_t kPadding = 16;
/// A guess: about as many bytes of text make a node.
constexpr std::size_t kBytesPerNode = 12;

[[noreturn]] void fail(std::string_view what, const std::string& why) {
  throw Error(ErrorCode::kCorrupt, std::string(what) + ": " + why);
}

/// Writes the nodes down as the parser meets them, and refuses what two readers could read
/// differently.
class NodeWriter {
 public:
  NodeWriter(std::vector<JsonNode>& nodes, std::string_view what) : nodes_(nodes), what_(what) {
    constexpr std::size_t kUsualDepth = 4;
    levels_.reserve(kUsualDepth);
  }

  // What the parser calls; true: go on.
  bool Null() { return add({.kind = JsonKind::kNull}); }
  bool Bool(bool value) { return add({.kind = value ? JsonKind::kTrue : JsonKind::kFalse}); }
  bool Int(int value) { return Int64(value); }
  bool Uint(unsigned value) { return Int64(value); }
  bool Int64(std::int64_t value) {
    return add({.content = {.integer = value}, .kind = JsonKind::kInteger});
  }
  bool Uint64(std::uint64_t value) {
    constexpr std::uint64_t kMax = std::numeric_limits<std::int64_t>::max();
    if (value <= kMax) return Int64(static_cast<std::int64_t>(value));
    return add({.content = {.natural = value}, .kind = JsonKind::kUnsigned});
  }
  bool Double(double value) { return add({.content = {.real = value}, .kind = JsonKind::kReal}); }
  bool RawNumber(const char*, unsigned, bool) { return false; }  // never asked for
  bool String(const char* text, unsigned size, bool) {
    return add({.content = {.text = text}, .size = size, .kind = JsonKind::kString});
  }
  bool StartObject() { return enter(JsonKind::kObject); }
  bool StartArray() { return enter(JsonKind::kArray); }
  bool EndObject(unsigned members) { return leave(members); }
  bool EndArray(unsigned elements) { return leave(elements); }
  bool Key(const char* text, unsigned size, bool) {
    if (is_duplicate({text, size})) {
      fail(what_, "duplicate key \"" + std::string(text, size) + "\"");
    }
    return String(text, size, false);
  }

 private:
  /// An object or array whose end has not come yet.
  struct Level {
    std::size_t node;
    std::size_t keys = 0;
    std::unordered_set<std::string_view> many_keys = {};
  };

  bool add(const JsonNode& node) {
    nodes_.push_back(node);
    return true;
  }

  bool enter(JsonKind kind) {
    if (levels_.size() >= kMaxDepth) fail(what_, "nested deeper than " + std::to_string(kMaxDepth));
    levels_.push_back({nodes_.size()});
    return add({.kind = kind});
  }

  bool leave(unsigned size) {
    JsonNode& node = nodes_[levels_.back().node];
    node.size = size;
    node.nodes = static_cast<std::uint32_t>(nodes_.size() - levels_.back().node);
    levels_.pop_back();
    return true;
  }

  /// Looks through a few keys, hashes many: an object of a million keys is somebody's attack.
  bool is_duplicate(std::string_view key) {
    constexpr std::size_t kFew = 16;
    Level& level = levels_.back();
    if (++level.keys <= kFew) {
      for (std::size_t i = level.node + 1; i < nodes_.size(); i = next_key(i)) {
        if (key_at(i) == key) return true;
      }
      return false;
    }
    if (level.many_keys.empty()) {
      for (std::size_t i = level.node + 1; i < nodes_.size(); i = next_key(i)) {
        level.many_keys.insert(key_at(i));
      }
    }
    return !level.many_keys.insert(key).second;
  }

  std::string_view key_at(std::size_t node) const { return JsonValue(nodes_[node]).text(); }
  std::size_t next_key(std::size_t node) const { return node + 1 + nodes_[node + 1].nodes; }

  std::vector<JsonNode>& nodes_;
  std::string_view what_;
  std::vector<Level> levels_;
};

/// `line 3, column 7` of an offset, both counted from 1, columns in bytes.
std::string place_of(std::string_view text, std::size_t offset) {
  const std::string_view before = text.substr(0, offset);
  const std::size_t line = std::count(before.begin(), before.end(), '\n') + 1;
  const std::size_t column = before.size() - (before.rfind('\n') + 1) + 1;  // npos + 1 is 0
  return "line " + std::to_string(line) + ", column " + std::to_string(column);
}

}  // namespace

JsonDocument::JsonDocument(std::string_view text, std::string_view what) {
  const auto refuse = [&](std::size_t offset, const std::string& why) {
    fail(what, "not valid JSON: " + place_of(text, offset) + ": " + why);
  };
  if (text.size() > std::numeric_limits<std::uint32_t>::max()) fail(what, "larger than 4 GiB");
  if (!is_utf8(text)) fail(what, "not valid JSON: not UTF-8");
  text_.reserve(text.size() + kPadding);
  text_.assign(text.begin(), text.end());
  text_.resize(text.size() + kPadding);
  nodes_.reserve(text.size() / kBytesPerNode + 1);

  namespace json = rapidjson;
  // Numbers to their last digit. The parser calls itself, as deep as the writer lets it.
  constexpr unsigned kFlags = json::kParseInsituFlag | json::kParseFullPrecisionFlag;
  json::InsituStringStream stream(text_.data());
  NodeWriter writer(nodes_, what);
  const json::ParseResult result = json::Reader().Parse<kFlags>(stream, writer);
  if (result.IsError()) refuse(result.Offset(), json::GetParseError_En(result.Code()));
  // The parser takes a zero byte for the end.
  if (stream.Tell() < text.size()) refuse(stream.Tell(), "a zero byte");
}

}  // namespace bale::oci
