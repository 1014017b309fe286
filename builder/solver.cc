// SPDX-License-Identifier: Apache-2.0
#include "builder/solver.h"

#include <future>
#include <thread>
#include <utility>

namespace bale::builder {

namespace {

using ResultFuture = std::shared_future<std::shared_ptr<const StageResult>>;

/// One thread a stage: stages are few, and spend their time waiting for commands and disks.
class Run {
 public:
  Run(const BuildGraph& graph, StageBuilder& builder, std::stop_token stop)
      : graph_(graph), builder_(builder), stop_(std::move(stop)), futures_(graph.stages().size()) {}

  ~Run() {
    for (auto& thread : threads_) thread.join();
  }

  /// `needed` must hold the dependencies of each of its stages.
  void start(const std::set<StageId>& needed) {
    for (const auto& stage : graph_.stages()) {
      if (!needed.contains(stage.id)) continue;
      std::packaged_task<std::shared_ptr<const StageResult>()> task(
          [this, &stage] { return build(stage); });
      futures_[stage.id.index] = task.get_future().share();
      threads_.emplace_back(std::move(task));
    }
  }

  TargetOutcome outcome(StageId target) const {
    try {
      return {target, futures_[target.index].get(), nullptr};
    } catch (...) {
      return {target, nullptr, std::current_exception()};
    }
  }

 private:
  std::shared_ptr<const StageResult> build(const StageInstance& stage) {
    std::vector<std::shared_ptr<const StageResult>> results(futures_.size());
    // Stages stand after what they depend on, so these futures were made before this thread.
    for (const StageId id : stage.dependencies()) results[id.index] = futures_[id.index].get();
    return std::make_shared<const StageResult>(builder_.build(stage, results, stop_));
  }

  const BuildGraph& graph_;
  StageBuilder& builder_;
  const std::stop_token stop_;
  std::vector<ResultFuture> futures_;
  std::vector<std::thread> threads_;
};

}  // namespace

std::set<StageId> needed_stages(const BuildGraph& graph, StageId target) {
  std::set<StageId> needed;
  std::vector<StageId> open = {target};
  while (!open.empty()) {
    const StageId id = open.back();
    open.pop_back();
    if (!needed.insert(id).second) continue;
    for (const StageId dependency : graph.stage(id).dependencies()) open.push_back(dependency);
  }
  return needed;
}

std::vector<TargetOutcome> solve(
    const BuildGraph& graph, StageBuilder& builder,
    const std::function<std::exception_ptr(const BuildGraph&, StageId target)>& refuse,
    std::stop_token stop) {
  std::vector<std::exception_ptr> refused;
  std::set<StageId> needed;
  for (const StageId target : graph.targets()) {
    refused.push_back(refuse(graph, target));
    if (!refused.back()) needed.merge(needed_stages(graph, target));
  }
  Run run(graph, builder, std::move(stop));
  run.start(needed);
  std::vector<TargetOutcome> outcomes;
  for (std::size_t i = 0; i < refused.size(); ++i) {
    const StageId target = graph.targets()[i];
    outcomes.push_back(refused[i] ? TargetOutcome{target, nullptr, refused[i]}
                                  : run.outcome(target));
  }
  return outcomes;
}

}  // namespace bale::builder
