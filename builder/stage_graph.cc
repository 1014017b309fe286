// SPDX-License-Identifier: Apache-2.0
#include "builder/stage_graph.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "builder/environment.h"
#include "builder/expand.h"
#include "builder/global_args.h"
#include "builder/onbuild_trigger.h"
#include "builder/words.h"
#include "oci/nearest.h"

namespace bale::builder {

namespace {

/// What is written after `from=` by COPY and by the mounts of RUN.
std::vector<std::string> references_of(const Instruction& instruction) {
  std::vector<std::string> result;
  if (const auto* copy = std::get_if<CopyInstruction>(&instruction.body)) {
    result.push_back(copy->from);
  } else if (const auto* run = std::get_if<RunInstruction>(&instruction.body)) {
    for (const auto& mount : run->mounts) result.push_back(mount.value_of("from"));
  }
  result.erase(std::remove(result.begin(), result.end(), ""), result.end());
  return result;
}

std::optional<std::size_t> parse_number(std::string_view text) {
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::string display_name(const StageList& list, std::size_t index) {
  const std::string& name = list.stages[index].from.name;
  return name.empty() ? std::to_string(index) : name;
}

/// The latest of the first `count` stages that has the name; a name may be given twice.
std::optional<std::size_t> find_stage(const StageList& list, std::string_view name,
                                      std::size_t count) {
  for (std::size_t index = count; index-- > 0;) {
    const std::string& known = list.stages[index].from.name;
    if (!known.empty() && equal_ignoring_case(known, name)) return index;
  }
  return std::nullopt;
}

/// The short form of an image's name, under which a named context may stand for it.
std::string familiar_name(const std::string& name) {
  try {
    const std::string full = oci::Reference::parse(name).to_string();
    std::string_view text = full;
    if (text.starts_with("docker.io/")) text.remove_prefix(10);
    if (text.starts_with("library/")) text.remove_prefix(8);
    if (text.ends_with(":latest")) text.remove_suffix(7);
    return std::string(text);
  } catch (const oci::Error&) {
    return name;  // what is no image's name stands only for itself
  }
}

bool same_instance(const StageInstance& a, const StageInstance& b) {
  return a.range == b.range && a.platform == b.platform && a.base == b.base &&
         a.origins == b.origins && a.global_args == b.global_args;
}

/// Makes the stages that one target platform needs. Instances go into a list that all targets
/// share, so what is the same for two of them stands there once.
class TargetGraph {
 public:
  struct Inputs {
    const SourceText& source;
    const StageList& list;
    const GraphInputs& graph;
    const OnbuildTriggers& triggers;
  };

  TargetGraph(const Inputs& inputs, const oci::Platform& platform,
              std::vector<StageInstance>& instances)
      : inputs_(inputs),
        list_(inputs.list),
        platform_(platform),
        instances_(instances),
        arguments_(global_arguments(
            inputs.source, inputs.list,
            {inputs.graph.build_args, inputs.graph.build_platform, platform, inputs.graph.target})),
        made_(inputs.list.stages.size()) {}

  /// `asked_at` is the place that needs the stage.
  StageId make(std::size_t index, SourceRange asked_at) {
    if (made_[index]) return *made_[index];
    if (std::find(path_.begin(), path_.end(), index) != path_.end()) fail_cycle(index, asked_at);
    path_.push_back(index);
    made_[index] = add(instance_of(index));
    path_.pop_back();
    return *made_[index];
  }

 private:
  StageInstance instance_of(std::size_t index) {
    const Stage& stage = list_.stages[index];
    StageInstance instance;
    instance.name = display_name(list_, index);
    instance.range = stage.range;
    const std::string own_platform = expand_from(stage, stage.from.platform);
    instance.platform = stage.from.platform.empty() ? platform_ : parse(stage, own_platform);
    // A context under the stage's name takes the place of all that the stage does.
    const auto context = inputs_.graph.named_contexts.find(stage.from.name);
    if (context != inputs_.graph.named_contexts.end()) {
      instance.base = context_as<StageBase>(*context, instance.platform);
      return instance;
    }
    instance.base = base_of(index, instance.platform);
    if (const auto* parent = std::get_if<StageId>(&instance.base)) {
      instance.platform = instances_[parent->index].platform;
    }
    instance.instructions = triggers_of(instance);
    instance.instructions.insert(instance.instructions.end(), stage.instructions.begin(),
                                 stage.instructions.end());
    add_origins(instance);
    add_global_args(instance);
    return instance;
  }

  StageId add(StageInstance instance) {
    const auto known =
        std::find_if(instances_.begin(), instances_.end(),
                     [&](const StageInstance& other) { return same_instance(instance, other); });
    if (known != instances_.end()) return known->id;
    instance.id = StageId{instances_.size()};
    instances_.push_back(std::move(instance));
    return instances_.back().id;
  }

  std::string expand_from(const Stage& stage, const std::string& text) const {
    const auto lookup = [this](std::string_view name) { return arguments_.get(name); };
    try {
      return expand(text, lookup, stage.escape).text;
    } catch (const oci::Error& error) {
      throw at_source(error, inputs_.source, stage.range, text);
    }
  }

  oci::Platform parse(const Stage& stage, const std::string& platform) const {
    if (platform.empty()) {
      throw source_error(inputs_.source, stage.range,
                         "--platform=" + stage.from.platform + " expands to nothing",
                         stage.from.platform, "give the variable a value with ARG before FROM");
    }
    try {
      return oci::Platform::parse(platform);
    } catch (const oci::Error& error) {
      throw at_source(error, inputs_.source, stage.range, stage.from.platform);
    }
  }

  StageBase base_of(std::size_t index, const oci::Platform& platform) {
    const Stage& stage = list_.stages[index];
    const std::string image = expand_from(stage, stage.from.image);
    if (image.empty()) {
      throw source_error(inputs_.source, stage.range,
                         "the image of FROM, " + stage.from.image + ", expands to nothing",
                         stage.from.image, "give the variable a value with ARG before FROM");
    }
    if (const auto parent = find_stage(list_, image, index)) return make(*parent, stage.range);
    if (image == "scratch") return Scratch{};
    return image_or_context<StageBase>(image, platform, stage.range, stage.from.image);
  }

  template <typename Variant>
  static Variant context_as(
      const std::pair<const std::string, std::optional<oci::Reference>>& context,
      const oci::Platform& platform) {
    if (context.second) return BaseImage{*context.second, platform};
    return NamedContext{context.first, platform};
  }

  template <typename Variant>
  Variant image_or_context(const std::string& name, const oci::Platform& platform,
                           SourceRange range, std::string_view word) const {
    const std::string familiar = familiar_name(name);
    for (const auto& context : inputs_.graph.named_contexts) {
      if (context.first == name || familiar_name(context.first) == familiar) {
        return context_as<Variant>(context, platform);
      }
    }
    try {
      return BaseImage{oci::Reference::parse(name), platform};
    } catch (const oci::Error& error) {
      throw at_source(error, inputs_.source, range, word);
    }
  }

  std::vector<Instruction> triggers_of(const StageInstance& instance) const {
    std::vector<std::string> texts;
    if (const auto* parent = std::get_if<StageId>(&instance.base)) {
      for (const auto& instruction : instances_[parent->index].instructions) {
        const auto* onbuild = std::get_if<OnbuildInstruction>(&instruction.body);
        if (onbuild != nullptr) texts.push_back(onbuild->trigger);
      }
    } else if (const auto* image = std::get_if<BaseImage>(&instance.base)) {
      const auto known = inputs_.triggers.find(*image);
      if (known != inputs_.triggers.end()) texts = known->second;
    }
    std::vector<Instruction> triggers;
    for (const auto& text : texts) {
      triggers.push_back(parse_onbuild_trigger(text, inputs_.source, instance.range));
    }
    return triggers;
  }

  void add_origins(StageInstance& instance) {
    for (const auto& instruction : instance.instructions) {
      for (const auto& reference : references_of(instruction)) {
        if (instance.origins.count(reference) != 0) continue;
        instance.origins.emplace(reference, origin_of(reference, instruction.range));
      }
    }
  }

  FileOrigin origin_of(const std::string& reference, SourceRange range) {
    if (const auto number = parse_number(reference)) {
      if (*number < list_.stages.size()) return make(*number, range);
      throw source_error(inputs_.source, range, "there is no stage number " + reference, reference,
                         "stages are counted from 0");
    }
    const auto stage = find_stage(list_, reference, list_.stages.size());
    if (stage) return make(*stage, range);
    if (reference == "scratch") return Scratch{};
    // An image that only files are taken from is one for the target, as in BuildKit, whatever
    // platform the stage has.
    return image_or_context<FileOrigin>(reference, platform_, range, reference);
  }

  void add_global_args(StageInstance& instance) const {
    for (const auto& instruction : instance.instructions) {
      const auto* arg = std::get_if<ArgInstruction>(&instruction.body);
      if (arg == nullptr) continue;
      for (const auto& definition : arg->definitions) {
        const auto value = arguments_.get(definition.name);
        if (value && !definition.value) instance.global_args.emplace(definition.name, *value);
      }
    }
  }

  [[noreturn]] void fail_cycle(std::size_t index, SourceRange asked_at) const {
    std::string circle;
    for (auto at = std::find(path_.begin(), path_.end(), index); at != path_.end(); ++at) {
      circle += display_name(list_, *at) + " -> ";
    }
    throw source_error(
        inputs_.source, asked_at,
        "the stages need each other in a circle: " + circle + display_name(list_, index),
        display_name(list_, index));
  }

  const Inputs& inputs_;
  const StageList& list_;
  const oci::Platform& platform_;
  std::vector<StageInstance>& instances_;
  Environment arguments_;
  std::vector<std::optional<StageId>> made_;
  std::vector<std::size_t> path_;  ///< the stages that are being made, each for the one before it
};

std::size_t target_stage(const StageList& list, const std::string& target) {
  if (target.empty()) return list.stages.size() - 1;
  if (const auto named = find_stage(list, target, list.stages.size())) return *named;
  const auto number = parse_number(target);
  if (number && *number < list.stages.size()) return *number;
  std::vector<std::string> names;
  for (const auto& stage : list.stages) {
    if (!stage.from.name.empty()) names.push_back(stage.from.name);
  }
  const std::string near = oci::nearest(lower(target), names);
  throw oci::Error(oci::ErrorCode::kInvalid, "the Dockerfile has no stage \"" + target + "\"",
                   near.empty() ? "" : "did you mean \"" + near + "\"?");
}

}  // namespace

std::set<StageId> StageInstance::dependencies() const {
  std::set<StageId> result;
  if (const auto* parent = std::get_if<StageId>(&base)) result.insert(*parent);
  for (const auto& [reference, origin] : origins) {
    if (const auto* stage = std::get_if<StageId>(&origin)) result.insert(*stage);
  }
  return result;
}

BuildGraph make_build_graph(const Dockerfile& dockerfile, const StageList& stages,
                            const GraphInputs& inputs, const OnbuildTriggers& triggers) {
  const std::size_t target = target_stage(stages, inputs.target);
  const TargetGraph::Inputs shared{dockerfile.source, stages, inputs, triggers};
  BuildGraph graph;
  for (const auto& platform : inputs.platforms) {
    TargetGraph one(shared, platform, graph.stages_);
    graph.targets_.push_back(one.make(target, stages.stages[target].range));
  }
  return graph;
}

}  // namespace bale::builder
