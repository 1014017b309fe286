// SPDX-License-Identifier: Apache-2.0
#include "oci/rebase.h"

#include <algorithm>
#include <utility>

#include "oci/error.h"
#include "oci/image_format.h"
#include "oci/json.h"

namespace bale::oci {

namespace {

constexpr const char* kHistory = "history";

void refuse_other_base(const std::vector<DiffId>& image, const std::vector<DiffId>& base,
                       const Platform& platform) {
  const auto [mine, theirs] = std::mismatch(image.begin(), image.end(), base.begin(), base.end());
  if (theirs == base.end()) return;
  const auto number = std::to_string(theirs - base.begin() + 1);
  const std::string found = mine == image.end() ? "not there" : mine->to_string();
  throw Error(ErrorCode::kInvalid,
              "the image for " + platform.to_string() +
                  " is not built on the old base: its layer " + number + " is " + found +
                  ", the base's is " + theirs->to_string(),
              "bale inspect shows the layers of both; name the very base that it was built on");
}

const Json& value_or_null(const Json& object, const std::string& key) {
  static const Json null = nullptr;
  const auto found = object.is_object() ? object.find(key) : object.end();
  return found == object.end() ? null : *found;
}

void set_or_erase(Json& object, const std::string& key, Json value) {
  if (value.is_null()) {
    object.erase(key);
  } else {
    object[key] = std::move(value);
  }
}

/// The keys of both, those of `first` before those that `second` adds.
std::vector<std::string> keys_of(const Json& first, const Json& second) {
  std::vector<std::string> keys;
  for (const Json* object : {&first, &second}) {
    if (!object->is_object()) continue;
    for (const auto& item : object->items()) {
      if (std::find(keys.begin(), keys.end(), item.key()) == keys.end()) keys.push_back(item.key());
    }
  }
  return keys;
}

/// NAME=VALUE as an object, in order. What is no text is left out: validation tells of it.
Json as_object(const Json& variables) {
  Json object = Json::object();
  if (!variables.is_array()) return object;
  for (const auto& variable : variables) {
    if (!variable.is_string()) continue;
    const auto& text = variable.get_ref<const std::string&>();
    object[text.substr(0, text.find('='))] = text;
  }
  return object;
}

/// Each member by itself: as the new base has it where the image has it as the old one had.
Json merged_members(const Json& mine, const Json& old_base, const Json& new_base) {
  Json merged = Json::object();
  for (const auto& key : keys_of(new_base, mine)) {
    const Json& own = value_or_null(mine, key);
    const bool inherited = own == value_or_null(old_base, key);
    set_or_erase(merged, key, inherited ? value_or_null(new_base, key) : own);
  }
  return merged;
}

Json merged_env(const Json& mine, const Json& old_base, const Json& new_base) {
  Json list = Json::array();
  for (const auto& variable :
       merged_members(as_object(mine), as_object(old_base), as_object(new_base))) {
    list.push_back(variable);
  }
  return list;
}

Json merged_value(const std::string& key, const Json& mine, const Json& old_base,
                  const Json& new_base) {
  if (mine == old_base) return new_base;
  const bool env = key == "Env";
  if (!env && key != "Labels" && key != "ExposedPorts" && key != "Volumes") return mine;
  Json merged =
      env ? merged_env(mine, old_base, new_base) : merged_members(mine, old_base, new_base);
  return merged.empty() ? Json() : merged;
}

void merge_runtime(Json& config, const Json& old_base, const Json& new_base) {
  const Json mine = value_or_null(config, "config");
  const Json& old_runtime = value_or_null(old_base, "config");
  const Json& new_runtime = value_or_null(new_base, "config");
  Json merged = mine.is_object() ? mine : Json::object();
  for (const auto& key : keys_of(mine, new_runtime)) {
    set_or_erase(merged, key,
                 merged_value(key, value_or_null(mine, key), value_or_null(old_runtime, key),
                              value_or_null(new_runtime, key)));
  }
  set_or_erase(config, "config", std::move(merged));
}

/// How many lines of the image's history are the base's: those that are the same, else those up to
/// its last layer.
std::size_t base_lines(const Json& history, const Json& base, std::size_t base_layers) {
  if (base.is_array() && base.size() <= history.size() &&
      std::equal(base.begin(), base.end(), history.begin())) {
    return base.size();
  }
  std::size_t lines = 0;
  for (std::size_t layers = 0; lines < history.size() && layers < base_layers; ++lines) {
    if (!history[lines].value("empty_layer", false)) ++layers;
  }
  return lines;
}

Json rebased_history(const Json& image, const Json& old_base, std::size_t old_layers,
                     const Json& new_base) {
  const Json& mine = value_or_null(image, kHistory);
  if (!mine.is_array() || mine.empty()) return {};
  const Json& base = value_or_null(new_base, kHistory);
  Json history = base.is_array() ? base : Json::array();
  const auto skipped = base_lines(mine, value_or_null(old_base, kHistory), old_layers);
  history.insert(history.end(), mine.begin() + static_cast<std::ptrdiff_t>(skipped), mine.end());
  return history;
}

/// A history that does not tell of every layer would only confuse.
bool tells_of_layers(const Json& history, std::size_t layers) {
  const auto told = std::count_if(history.begin(), history.end(), [](const Json& line) {
    return !line.value("empty_layer", false);
  });
  return static_cast<std::size_t>(told) == layers;
}

std::vector<Descriptor> rebased_layers(const ImageDraft& image, std::size_t old_layers,
                                       const ImageDraft& new_base) {
  std::vector<Descriptor> layers = new_base.manifest.layers;
  const auto& own = image.manifest.layers;
  layers.insert(layers.end(), own.begin() + static_cast<std::ptrdiff_t>(old_layers), own.end());
  return layers;
}

std::string rebased_config(const ImageDraft& image, const ImageDraft& old_base,
                           const ImageDraft& new_base, const std::vector<DiffId>& diff_ids) {
  Json config = parse_json(image.config, "image config");
  const Json old_config = parse_json(old_base.config, "config of the old base");
  const Json new_config = parse_json(new_base.config, "config of the new base");
  merge_runtime(config, old_config, new_config);
  for (const char* key : {"architecture", "os", "variant", "os.version", "os.features"}) {
    set_or_erase(config, key,
                 merged_value(key, value_or_null(config, key), value_or_null(old_config, key),
                              value_or_null(new_config, key)));
  }
  Json history = rebased_history(config, old_config, old_base.manifest.layers.size(), new_config);
  if (!tells_of_layers(history, diff_ids.size())) history = Json();
  set_or_erase(config, kHistory, std::move(history));
  Json texts = Json::array();
  for (const auto& diff_id : diff_ids) texts.push_back(diff_id.to_string());
  member(config, "rootfs", Json::object(), "image config")["diff_ids"] = std::move(texts);
  return to_text(config);
}

}  // namespace

void rebase(ImageDraft& image, const ImageDraft& old_base, const ImageDraft& new_base) {
  const auto own = diff_ids_of(image);
  const auto old_ids = diff_ids_of(old_base);
  refuse_other_base(own, old_ids, image.platform);
  auto diff_ids = diff_ids_of(new_base);
  diff_ids.insert(diff_ids.end(), own.begin() + static_cast<std::ptrdiff_t>(old_ids.size()),
                  own.end());
  image.config = rebased_config(image, old_base, new_base, diff_ids);
  image.manifest.layers = rebased_layers(image, old_ids.size(), new_base);
  unify_format(image.manifest);
}

}  // namespace bale::oci
