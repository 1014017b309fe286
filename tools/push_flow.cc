// SPDX-License-Identifier: Apache-2.0
#include "tools/push_flow.h"

#include <utility>

#include <fmt/format.h>

#include "oci/printable.h"
#include "registry/push_memory.h"

namespace bale::tools {

namespace {

std::string told(const registry::PushResult& result) {
  if (result.changed_tags.empty() && result.manifests == 0) return "nothing to do, it is there";
  return fmt::format("{} blobs sent ({}), {} mounted, {} there already; {} manifests",
                     result.blobs.uploaded, oci::human_size(result.blobs.uploaded_bytes),
                     result.blobs.mounted, result.blobs.present, result.manifests);
}

registry::PushMemory push_memory(Program& program) {
  return registry::PushMemory(program.store().uploads_folder() / "pushed.json");
}

void recall(const registry::PushMemory& memory, const std::string& repository,
            const oci::Descriptor& root, const std::set<std::string>& tags,
            registry::PushOptions& options) {
  options.tags = {tags.begin(), tags.end()};
  options.known_there = memory.took(repository, root.digest);
  options.known_tags = memory.tags(repository, root.digest);
}

}  // namespace

std::set<std::string> hosts_of(const std::vector<oci::Reference>& names) {
  std::set<std::string> hosts;
  for (const auto& name : names) hosts.insert(name.host);
  return hosts;
}

registry::BlobPusherOptions pusher_options(Program& program,
                                           std::function<oci::BlobOrigins()> origins) {
  registry::BlobPusherOptions options;
  options.journal = &program.upload_journal();
  options.upload.retry = retry_policy(program.options());
  options.origin = [&program, origins = std::move(origins)](
                       const oci::Digest& digest) -> std::optional<registry::Repository> {
    const auto known = origins();
    const auto found = known.find(digest);
    if (found == known.end()) return std::nullopt;
    return program.repository(oci::Reference::parse(found->second),
                              registry::Repository::Access::kPull);
  };
  return options;
}

registry::BlobPusherOptions pusher_options(Program& program) {
  return pusher_options(program, [known = program.store().origins()] { return known; });
}

registry::PushPlan plan_tags(Program& program, const oci::BlobProvider& blobs,
                             const oci::Descriptor& root, const std::set<std::string>& tags,
                             const registry::Repository& to, registry::PushOptions options) {
  recall(push_memory(program), to.name(), root, tags, options);
  options.blobs = pusher_options(program);
  return registry::plan_push(blobs, root, to, options);
}

void push_tags(Program& program, const oci::BlobProvider& blobs, const oci::Descriptor& root,
               const std::set<std::string>& tags, registry::BlobPusher& pusher,
               registry::PushOptions options) {
  const std::string& repository = pusher.repository().name();
  registry::PushMemory memory = push_memory(program);
  recall(memory, repository, root, tags, options);
  const auto task = program.progress().start("push", repository);
  const auto result = registry::push_image(blobs, root, pusher, options);
  memory.remember(repository, root.digest, options.tags);
  task->note(told(result));
  task->done();
}

}  // namespace bale::tools
