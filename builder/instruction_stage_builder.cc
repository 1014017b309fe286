// SPDX-License-Identifier: Apache-2.0
#include "builder/instruction_stage_builder.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "builder/remote_source.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

/// A target, and the stages that it goes on from.
std::set<StageId> exported_stages(const BuildGraph& graph) {
  std::set<StageId> exported;
  for (const StageId target : graph.targets()) {
    std::optional<StageId> id = target;
    while (id) {
      exported.insert(*id);
      const auto* parent = std::get_if<StageId>(&graph.stage(*id).base);
      id = parent == nullptr ? std::nullopt : std::optional(*parent);
    }
  }
  return exported;
}

std::optional<std::string> fixed_time(const ImageEdits& edits) {
  if (!edits.source_date_epoch) return std::nullopt;
  return oci::rfc3339(std::chrono::sys_time<std::chrono::nanoseconds>(
      std::chrono::seconds(*edits.source_date_epoch)));
}

oci::FileTime file_time(const ImageEdits& edits) {
  if (edits.source_date_epoch) return {*edits.source_date_epoch, 0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::seconds>(now).count(), 0};
}

/// Our manifests are OCI's, and so are the types of the layers in them, whatever the base has.
StageLayer as_oci(oci::Descriptor descriptor, const oci::DiffId& diff_id) {
  if (descriptor.media_type.is_docker() && descriptor.urls.empty()) {
    descriptor.media_type = oci::oci_layer_type(descriptor.media_type.layer_compression());
  }
  return {std::move(descriptor), diff_id};
}

std::vector<StageLayer> layers_of(const ResolvedImage& image, const BaseImage& name) {
  const auto& descriptors = image.manifest.value.layers;
  const auto& diff_ids = image.config.value.diff_ids;
  if (descriptors.size() != diff_ids.size()) {
    throw oci::Error(oci::ErrorCode::kCorrupt,
                     fmt::format("{} has {} layers but {} DiffIDs", name.reference.to_string(),
                                 descriptors.size(), diff_ids.size()));
  }
  std::vector<StageLayer> layers;
  for (std::size_t i = 0; i < diff_ids.size(); ++i) {
    layers.push_back(as_oci(descriptors[i], diff_ids[i]));
  }
  return layers;
}

bool touches_files(const Instruction& instruction) {
  const auto& body = instruction.body;
  return std::holds_alternative<CopyInstruction>(body) ||
         std::holds_alternative<AddInstruction>(body) ||
         std::holds_alternative<RunInstruction>(body) ||
         std::holds_alternative<WorkdirInstruction>(body);
}

/// Gives a slot back whatever happens.
class Slot {
 public:
  explicit Slot(std::counting_semaphore<>& slots) : slots_(slots) { slots_.acquire(); }
  ~Slot() { slots_.release(); }
  Slot(const Slot&) = delete;
  Slot& operator=(const Slot&) = delete;

 private:
  std::counting_semaphore<>& slots_;
};

}  // namespace

/// One stage under construction.
class InstructionStageBuilder::Work {
 public:
  Work(InstructionStageBuilder& owner, const StageInstance& stage,
       const std::vector<std::shared_ptr<const StageResult>>& results, std::stop_token stop)
      : owner_(owner),
        services_(owner.services_),
        stage_(stage),
        results_(results),
        stop_(std::move(stop)),
        total_steps_(1 + static_cast<std::size_t>(std::count_if(
                             stage.instructions.begin(), stage.instructions.end(), touches_files))),
        result_(start()) {}

  StageResult run() {
    for (const auto& layer : result_.layers) tell(layer, LayerOrigin::kKnown);
    for (const auto& instruction : stage_.instructions) {
      if (stop_.stop_requested()) throw oci::Error(oci::ErrorCode::kInterrupted, "interrupted");
      if (const auto step = result_.evaluator.apply(instruction)) take(*step);
    }
    return std::move(result_);
  }

 private:
  EvaluatorInputs inputs() const {
    return {owner_.request_.dockerfile.source, owner_.request_.build_args};
  }

  StageResult start() {
    return std::visit([this](const auto& base) { return start_on(base); }, stage_.base);
  }
  StageResult start_on(const Scratch&) {
    // The store's blobs outlive the build, so nobody needs to own them.
    std::shared_ptr<const oci::BlobProvider> blobs(std::shared_ptr<void>(),
                                                   &services_.store.blobs());
    return {StageEvaluator(inputs(), stage_, scratch_config(stage_.platform)),
            0,
            {},
            {},
            std::move(blobs)};
  }
  StageResult start_on(StageId parent) {
    const StageResult& below = *results_[parent.index];
    return {StageEvaluator(inputs(), stage_, below.evaluator), below.base_history, below.steps,
            below.layers, below.blobs};
  }
  StageResult start_on(const BaseImage& image) {
    const auto task = services_.progress.start(group(1), "FROM " + image.reference.to_string());
    try {
      ResolvedImage resolved = services_.images.resolve(image, stop_);
      task->done();
      const oci::ImageConfig& config = resolved.config.value;
      return {StageEvaluator(inputs(), stage_, config),
              config.history.size(),
              {},
              layers_of(resolved, image),
              std::move(resolved.layers)};
    } catch (const oci::Error& error) {
      throw at_source(error, owner_.request_.dockerfile.source, stage_.range);
    }
  }
  StageResult start_on(const NamedContext& context) {
    throw source_error(owner_.request_.dockerfile.source, stage_.range,
                       "no build context is named \"" + context.name + "\"");
  }

  std::string group(std::size_t step) const {
    return fmt::format("{} {} {}/{}", stage_.platform.to_string(), stage_.name, step,
                       std::max(total_steps_, step));
  }

  void tell(const StageLayer& layer, LayerOrigin origin) {
    if (owner_.exported_.contains(stage_.id)) services_.on_layer(layer, origin, result_.blobs);
  }

  void take(const Step& step) {
    const Slot slot(owner_.slots_);
    const auto task = services_.progress.start(group(++step_number_), step.text);
    try {
      const auto outcome =
          std::visit([&](const auto& action) { return carry_out(action); }, step.action);
      if (outcome.cached) task->note("cached");
      if (outcome.step.layer) {
        if (!outcome.cached) task->advance(outcome.step.layer->descriptor.size, 0);
        result_.layers.push_back(*outcome.step.layer);
        tell(result_.layers.back(), outcome.cached ? LayerOrigin::kKnown : LayerOrigin::kMade);
      }
      result_.steps.push_back(outcome.step);
      task->done();
    } catch (const oci::Error& error) {
      throw at_source(error, owner_.request_.dockerfile.source, step.range);
    }
  }

  StepBase base() const { return {result_.layers, *result_.blobs}; }

  CopyRunner::Outcome carry_out(const CopyStep& step) {
    return owner_.copies_.copy(step, tree_of(step.origin), name_of(step.origin), base(),
                               file_time(owner_.request_.edits));
  }
  CopyRunner::Outcome carry_out(const AddStep& step) {
    for (const auto& source : step.copy.sources) {
      if (is_remote_source(source)) {
        throw oci::Error(oci::ErrorCode::kInvalid, "ADD of a URL is not supported: " + source,
                         "fetch it in a RUN step");
      }
    }
    return owner_.copies_.add(step, tree_of(step.copy.origin), name_of(step.copy.origin), base(),
                              file_time(owner_.request_.edits));
  }
  CopyRunner::Outcome carry_out(const WorkdirStep& step) {
    return owner_.copies_.workdir(step, base(), file_time(owner_.request_.edits));
  }
  CopyRunner::Outcome carry_out(const RunStep& step) {
    return owner_.runs_.run(step, stage_.platform, base(), mounts_of(step), group(step_number_),
                            stop_);
  }

  /// The files that a step reads from; each origin is opened once a stage.
  std::shared_ptr<const FileTree> tree_of(const FileOrigin& origin) {
    auto& tree = trees_[origin];
    if (!tree) tree = std::visit([this](const auto& each) { return open_tree(each); }, origin);
    return tree;
  }
  std::shared_ptr<const FileTree> open_tree(const BuildContext&) { return owner_.context_; }
  std::shared_ptr<const FileTree> open_tree(const Scratch&) {
    return std::make_shared<const EmptyTree>();
  }
  std::shared_ptr<const FileTree> open_tree(StageId id) {
    const StageResult& stage = *results_[id.index];
    return files_of(stage.layers, *stage.blobs, services_.tables);
  }
  std::shared_ptr<const FileTree> open_tree(const BaseImage& name) {
    // The tree reads from the image's layers, so the image is kept with it.
    const auto image = std::make_shared<const ResolvedImage>(services_.images.resolve(name, stop_));
    const auto tree = files_of(layers_of(*image, name), *image->layers, services_.tables);
    images_.push_back(image);
    return tree;
  }
  std::shared_ptr<const FileTree> open_tree(const NamedContext& context) {
    throw oci::Error(oci::ErrorCode::kInvalid,
                     "no build context is named \"" + context.name + "\"");
  }

  MountedFiles mounts_of(const RunStep& step) {
    MountedFiles mounted;
    for (const auto& mount : step.mounts) {
      const auto* bind = std::get_if<BindMount>(&mount);
      if (bind == nullptr) continue;
      mounted.origins.try_emplace(bind->origin, mount_origin_of(bind->origin));
      mounted.keys.push_back(owner_.copies_.files_key(tree_of(bind->origin), bind->source));
    }
    return mounted;
  }
  MountOrigin mount_origin_of(const FileOrigin& origin) {
    if (const auto* id = std::get_if<StageId>(&origin)) {
      return {.layers = results_[id->index]->layers};
    }
    if (const auto* image = std::get_if<BaseImage>(&origin)) {
      return {.layers = layers_of(services_.images.resolve(*image, stop_), *image)};
    }
    return {.folder = owner_.request_.context, .shown = owner_.context_};
  }

  std::string name_of(const FileOrigin& origin) const {
    if (const auto* id = std::get_if<StageId>(&origin)) return "stage " + std::to_string(id->index);
    if (const auto* image = std::get_if<BaseImage>(&origin)) return image->reference.to_string();
    return "context " + owner_.request_.context.string();
  }

  InstructionStageBuilder& owner_;
  const BuildServices& services_;
  const StageInstance& stage_;
  const std::vector<std::shared_ptr<const StageResult>>& results_;
  const std::stop_token stop_;
  const std::size_t total_steps_;  // before the result, whose first task names it
  StageResult result_;
  std::size_t step_number_ = 1;
  std::vector<std::shared_ptr<const ResolvedImage>> images_;  // shared with the trees
  std::map<FileOrigin, std::shared_ptr<const FileTree>> trees_;
};

InstructionStageBuilder::InstructionStageBuilder(const BuildRequest& request,
                                                 const BuildGraph& graph,
                                                 const BuildServices& services,
                                                 std::shared_ptr<const FileTree> context)
    : request_(request),
      services_(services),
      context_(std::move(context)),
      recorder_(services, request.layer_options, fixed_time(request.edits)),
      copies_(services, recorder_, request.use_cache),
      runs_(request, services, recorder_),
      slots_(static_cast<std::ptrdiff_t>(request.jobs)),
      exported_(exported_stages(graph)) {}

StageResult InstructionStageBuilder::build(
    const StageInstance& stage, const std::vector<std::shared_ptr<const StageResult>>& results,
    std::stop_token stop) {
  return Work(*this, stage, results, std::move(stop)).run();
}

}  // namespace bale::builder
