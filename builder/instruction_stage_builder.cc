// SPDX-License-Identifier: Apache-2.0
#include "builder/instruction_stage_builder.h"

#include <algorithm>
#include <chrono>
#include <optional>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "builder/image_layers.h"
#include "builder/remote_files.h"
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

oci::FileTime file_time(const ImageEdits& edits) {
  if (edits.source_date_epoch) return {*edits.source_date_epoch, 0};
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  return {std::chrono::duration_cast<std::chrono::seconds>(now).count(), 0};
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
        origins_(
            owner.folders_, services_, [this](StageId id) { return files_of_stage(id); }, stop_),
        result_(start()) {}

  StageResult run() {
    for (const auto& layer : result_.layers) tell(layer, LayerOrigin::kKnown);
    for (const auto& instruction : stage_.instructions) {
      oci::throw_if_stopped(stop_);
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
    return {StageEvaluator(inputs(), stage_, scratch_config(stage_.platform)),
            0,
            {},
            {},
            store_blobs(services_.store)};
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
    const auto task = services_.progress.start(group(1), "FROM the context " + context.name);
    const auto blobs = store_blobs(services_.store);
    const std::vector<StageLayer> nothing;
    const auto copied =
        owner_.copies_.copy(copy_of_all(context), origins_.tree(context), origins_.name(context),
                            {nothing, *blobs}, file_time(owner_.request_.edits));
    task->done();
    oci::ImageConfig config = scratch_config(stage_.platform);
    config.history.emplace_back().created_by = "FROM " + context.name;
    StageResult result{StageEvaluator(inputs(), stage_, config), 0, {copied.step}, {}, blobs};
    if (copied.step.layer) result.layers.push_back(*copied.step.layer);
    return result;
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
    return owner_.copies_.copy(step, origins_.tree(step.origin), origins_.name(step.origin), base(),
                               file_time(owner_.request_.edits));
  }
  CopyRunner::Outcome carry_out(const AddStep& step) {
    const FileOrigin& origin = step.copy.origin;
    return owner_.copies_.add(step,
                              select_added(step, origins_.tree(origin), services_.remote_files,
                                           file_time(owner_.request_.edits), stop_),
                              origins_.name(origin), base());
  }
  CopyRunner::Outcome carry_out(const WorkdirStep& step) {
    return owner_.copies_.workdir(step, base(), file_time(owner_.request_.edits));
  }
  CopyRunner::Outcome carry_out(const RunStep& step) {
    return owner_.runs_.run(step, stage_.platform, base(),
                            mounted_files(step, origins_, owner_.copies_), group(step_number_),
                            stop_);
  }

  StageFiles files_of_stage(StageId id) const {
    const StageResult& stage = *results_[id.index];
    return {stage.layers, stage.blobs};
  }

  InstructionStageBuilder& owner_;
  const BuildServices& services_;
  const StageInstance& stage_;
  const std::vector<std::shared_ptr<const StageResult>>& results_;
  const std::stop_token stop_;
  const std::size_t total_steps_;  // before the result, whose first task names it
  OriginFiles origins_;            // before the result, which may start with a context
  StageResult result_;
  std::size_t step_number_ = 1;
};

InstructionStageBuilder::InstructionStageBuilder(const BuildRequest& request,
                                                 const BuildGraph& graph,
                                                 const BuildServices& services,
                                                 ContextFolders folders)
    : request_(request),
      services_(services),
      folders_(std::move(folders)),
      recorder_(services, request.layer_options, request.edits.fixed_time()),
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
