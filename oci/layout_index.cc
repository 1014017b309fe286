// SPDX-License-Identifier: Apache-2.0
#include "oci/layout_index.h"

#include <algorithm>
#include <cctype>
#include <map>
#include <utility>

#include "oci/error.h"
#include "oci/json.h"
#include "oci/json_object.h"
#include "oci/json_writer.h"
#include "oci/nearest.h"
#include "oci/printable.h"

namespace bale::oci {

namespace {

std::vector<std::string> names_of(const Index& index) {
  std::vector<std::string> names;
  for (const auto& entry : index.manifests) {
    if (auto name = ref_name(entry); !name.empty()) names.push_back(std::move(name));
  }
  return names;
}

[[noreturn]] void throw_no_such_name(const std::string& place, std::string_view name,
                                     const Index& index) {
  const auto names = names_of(index);
  const std::string near = nearest(name, names);
  std::string hint;
  if (!near.empty()) {
    hint = "did you mean \"" + near + "\"?";
  } else if (!names.empty()) {
    hint = "it has " + some_of(names);
  }
  throw Error(ErrorCode::kNotFound, "no image \"" + std::string(name) + "\" in " + place,
              std::move(hint));
}

/// What refers to an image has an entry without a name, and so may an image have: it says no type.
bool has_name(const Descriptor& entry, std::string_view name) {
  return ref_name(entry) == name && (!name.empty() || entry.artifact_type.empty());
}

/// The entries of an index as they are written in it, each to be had once.
class WrittenEntries {
 public:
  /// Both must outlive it, and are of one length.
  WrittenEntries(const std::vector<Descriptor>& entries, Json& written)
      : entries_(entries), written_(written) {
    for (std::size_t i = 0; i < entries_.size(); ++i) places_.emplace(entries_[i].digest, i);
  }

  /// One that says the same, else one of our own making.
  Json take(const Descriptor& entry) {
    const auto [begin, end] = places_.equal_range(entry.digest);
    const auto place = std::find_if(
        begin, end, [&](const auto& candidate) { return entries_[candidate.second] == entry; });
    if (place == end) return parse_json(json_text(entry), "entry");
    Json taken = std::move(written_[place->second]);
    places_.erase(place);
    return taken;
  }

 private:
  const std::vector<Descriptor>& entries_;
  Json& written_;
  std::multimap<Digest, std::size_t> places_;
};

bool is_image(const Descriptor& entry) { return entry.artifact_type.empty(); }
bool is_nameless_image(const Descriptor& entry) { return has_name(entry, ""); }

}  // namespace

std::string ref_name(const Descriptor& entry) {
  const auto found = entry.annotations.find(kRefName);
  return found == entry.annotations.end() ? "" : found->second;
}

std::optional<Descriptor> find_entry(const Index& index, std::string_view name) {
  const auto found = std::find_if(index.manifests.begin(), index.manifests.end(),
                                  [&](const Descriptor& entry) { return has_name(entry, name); });
  if (found == index.manifests.end()) return std::nullopt;
  return *found;
}

bool is_ref_name(std::string_view name) {
  constexpr std::string_view kMarks = "-._:@/+";
  const bool words = !name.empty() && !name.starts_with('/') && !name.ends_with('/') &&
                     name.find("//") == std::string_view::npos;
  return words && std::all_of(name.begin(), name.end(), [&](unsigned char c) {
           return std::isalnum(c) != 0 || kMarks.find(static_cast<char>(c)) != kMarks.npos;
         });
}

void check_ref_name(std::string_view name) {
  if (name.empty() || is_ref_name(name)) return;
  throw Error(ErrorCode::kInvalid, "\"" + std::string(name) + "\" is not a name in a layout",
              "names have letters, digits and - . _ : @ + / only");
}

void set_entry(Index& index, std::string_view name, Descriptor image) {
  check_ref_name(name);
  std::erase_if(index.manifests, [&](const Descriptor& other) {
    return has_name(other, name) || (ref_name(other).empty() && other.digest == image.digest);
  });
  image.annotations.erase(kRefName);
  if (!name.empty()) image.annotations.emplace(kRefName, name);
  index.manifests.push_back(std::move(image));
}

bool remove_entry(Index& index, std::string_view name) {
  return std::erase_if(index.manifests,
                       [&](const Descriptor& entry) { return has_name(entry, name); }) > 0;
}

Descriptor resolve_entry(const Index& index, std::string_view name, const std::string& place) {
  if (!name.empty()) {
    if (auto found = find_entry(index, name)) return *std::move(found);
    throw_no_such_name(place, name, index);
  }
  if (index.manifests.size() == 1) return index.manifests.front();
  // What refers to an image has entries too: artifacts without a name, and cosign's tags.
  for (const auto& is_meant : {is_nameless_image, is_image}) {
    const auto& all = index.manifests;
    if (std::count_if(all.begin(), all.end(), is_meant) != 1) continue;
    return *std::find_if(all.begin(), all.end(), is_meant);
  }
  if (index.manifests.empty()) throw Error(ErrorCode::kNotFound, "no image in " + place);
  throw Error(ErrorCode::kInvalid,
              place + " has " + std::to_string(index.manifests.size()) + " images",
              "name one of " + some_of(names_of(index)));
}

std::string with_entries(std::string_view index_json, const Index& before,
                         const std::vector<Descriptor>& entries) {
  Json json = parse_json(index_json, "index");
  WrittenEntries written(before.manifests, json["manifests"]);
  Json after = Json::array();
  for (const auto& entry : entries) after.push_back(written.take(entry));
  json["manifests"] = std::move(after);
  return to_text(json);
}

std::string layout_version_json() {
  return std::string(R"({"imageLayoutVersion":")") + kLayoutVersion + "\"}";
}

void check_layout_version(std::string_view text, const std::string& place) {
  const JsonDocument document(text, place);
  const std::string version = JsonObject(document).string_or_empty("imageLayoutVersion");
  if (version == kLayoutVersion) return;
  throw Error(ErrorCode::kCorrupt,
              place + ": imageLayoutVersion is \"" + version + "\", not " + kLayoutVersion);
}

}  // namespace bale::oci
