// SPDX-License-Identifier: Apache-2.0
#include "builder/copy_runner.h"

#include <utility>

#include "builder/content_key.h"
#include "builder/copy_planner.h"
#include "builder/copy_step.h"
#include "builder/layers_tree.h"

namespace bale::builder {

namespace {

bool all_digests_known(const CopySelection& selection) {
  for (const SelectedSource& source : selection.sources) {
    for (const TreeFile& file : source.files)
      if (file.is_regular() && !file.content) return false;
  }
  return true;
}

std::shared_ptr<CopySelection> select(const CopyStep& step, std::shared_ptr<const FileTree> source,
                                      oci::FileTime inline_time, oci::ThreadPool& pool) {
  return std::make_shared<CopySelection>(select_files(step, std::move(source), inline_time, &pool));
}

}  // namespace

Archives archives_of(const AddStep& step) {
  if (!step.unpack) return Archives::kUnpackLocal;
  return *step.unpack ? Archives::kUnpackAll : Archives::kCopy;
}

std::shared_ptr<const FileTree> files_of(const std::vector<StageLayer>& layers,
                                         const oci::BlobProvider& blobs, LayerTables& tables) {
  if (layers.empty()) return std::make_shared<const EmptyTree>();
  std::vector<TreeLayer> tree;
  for (const auto& layer : layers) {
    tree.push_back({layer.descriptor, tables.table(layer, blobs)});
  }
  return std::make_shared<const LayersTree>(std::move(tree), blobs);
}

std::optional<CachedStep> CopyRunner::find(const CacheKey& key) const {
  return use_cache_ ? services_.cache.find(key) : std::nullopt;
}

CopyRunner::Outcome CopyRunner::copy(const CopyStep& step, std::shared_ptr<const FileTree> source,
                                     const std::string& origin, const StepBase& base,
                                     oci::FileTime inline_time) {
  return carry_out({step}, select(step, std::move(source), inline_time, services_.pool), origin,
                   base);
}

CopyRunner::Outcome CopyRunner::add(const AddStep& step, CopySelection selection,
                                    const std::string& origin, const StepBase& base) {
  return carry_out({step.copy, archives_of(step)},
                   std::make_shared<CopySelection>(std::move(selection)), origin, base);
}

CopyRunner::Outcome CopyRunner::carry_out(const CopyOrder& order,
                                          const std::shared_ptr<CopySelection>& selection,
                                          const std::string& origin, const StepBase& base) {
  const CacheKey definition = definition_key(order, origin);
  const bool seen = services_.cache.find_time(definition).has_value();
  if (use_cache_ && (seen || all_digests_known(*selection))) {
    if (auto hit = find(stacked_key_of(order, *selection, base))) return {*std::move(hit), true};
  }
  Written written = write(order, selection, base);
  file(order, *selection, base, written);
  if (!seen) services_.cache.put_time(definition, written.step.created);
  return {std::move(written.step), false};
}

CacheKey CopyRunner::stacked_key_of(const CopyOrder& order, CopySelection& selection,
                                    const StepBase& base) {
  hash_contents(selection, services_.stats, services_.pool, services_.stop);
  return stacked_key(order, content_key(selection), base.layers, recorder_.format());
}

void CopyRunner::file(const CopyOrder& order, CopySelection& selection, const StepBase& base,
                      const Written& written) {
  hash_contents(selection, services_.stats, services_.pool, services_.stop);
  oci::TaskGroup tasks(services_.pool);
  if (written.unfiled) {
    tasks.run([&] {
      const PlanKey key = plan_key(*written.unfiled, recorder_.format());
      if (key.exact) services_.cache.put(key.key, written.step);
    });
  }
  const CacheKey content = content_key(selection);
  services_.cache.put(stacked_key(order, content, base.layers, recorder_.format()), written.step);
  tasks.wait();
}

CopyRunner::Written CopyRunner::write(const CopyOrder& order,
                                      const std::shared_ptr<CopySelection>& selection,
                                      const StepBase& base) {
  const auto below = files_of(base.layers, base.blobs, services_.tables);
  const auto copied =
      order.archives == Archives::kCopy
          ? selection
          : std::make_shared<CopySelection>(unpack_archives(*selection, order.archives));
  CopyPlan plan = plan_copy(order.step, copied, *below);
  if (plan.empty()) return {recorder_.nothing()};
  const PlanKey key = plan_key(plan, recorder_.format());
  if (key.exact) {
    if (auto hit = find(key.key)) return {*std::move(hit)};
  }
  CachedStep made = recorder_.once(key.key, [&] {
    return recorder_.write([&](oci::LayerWriter& layer) { run_copy(plan, layer); });
  });
  if (key.exact) {
    services_.cache.put(key.key, made);
    return {std::move(made)};
  }
  const auto table = services_.tables.open(*made.layer, base.blobs);
  oci::TocReader entries(*table);
  take_digests(*copied, plan, entries, services_.stats, services_.pool);
  return {std::move(made), std::move(plan)};
}

CacheKey CopyRunner::files_key(std::shared_ptr<const FileTree> tree, const std::string& path) {
  CopyStep everything;
  everything.sources = {path};
  CopySelection selection = select_files(everything, std::move(tree), {}, &services_.pool);
  hash_contents(selection, services_.stats, services_.pool, services_.stop);
  return content_key(selection);
}

CopyRunner::Outcome CopyRunner::workdir(const WorkdirStep& step, const StepBase& base,
                                        oci::FileTime mtime) {
  const CacheKey stacked = workdir_key(step, base.layers, recorder_.format());
  if (auto hit = find(stacked)) return {*std::move(hit), true};
  const auto below = files_of(base.layers, base.blobs, services_.tables);
  const auto folders = plan_workdir(step, *below, mtime);
  const auto make = [&] {
    if (folders.empty()) return recorder_.nothing();
    const CacheKey entries = entries_key(folders, recorder_.format());
    if (auto hit = find(entries)) return *std::move(hit);
    CachedStep made = recorder_.once(entries, [&] {
      return recorder_.write([&](oci::LayerWriter& layer) {
        for (const auto& folder : folders) layer.add(folder);
      });
    });
    services_.cache.put(entries, made);
    return made;
  };
  CachedStep made = make();
  services_.cache.put(stacked, made);
  return {std::move(made), false};
}

CacheAnswer CopyRunner::ask(const CopyOrder& order, std::shared_ptr<const FileTree> source,
                            const std::string& origin, const StepBase& base) {
  const auto selection = select(order.step, std::move(source), {}, services_.pool);
  if (!services_.cache.find_time(definition_key(order, origin))) {
    return {std::nullopt, "no build so far had this step"};
  }
  if (auto hit = find(stacked_key_of(order, *selection, base))) return {*std::move(hit)};
  return {std::nullopt, "its files are not those of an earlier build"};
}

CacheAnswer CopyRunner::ask(const WorkdirStep& step, const StepBase& base) const {
  if (auto hit = find(workdir_key(step, base.layers, recorder_.format()))) {
    return {*std::move(hit)};
  }
  return {std::nullopt, "no build so far had this step on these layers"};
}

}  // namespace bale::builder
