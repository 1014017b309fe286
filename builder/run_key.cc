// SPDX-License-Identifier: Apache-2.0
#include "builder/run_key.h"

namespace bale::builder {

namespace {

void add_list(CacheKeyHasher& hasher, std::string_view name, const std::vector<std::string>& list) {
  hasher.field(name, list.size());
  for (const auto& text : list) hasher.field(name, text);
}

void add_mount(CacheKeyHasher& hasher, const BindMount& mount) {
  hasher.field("bind", mount.target).field("source", mount.source);
  hasher.field("read-only", mount.read_only ? 1U : 0U);
}

void add_mount(CacheKeyHasher& hasher, const CacheMount& mount) {
  // Which folder it is and what others put there may change without the result being another one.
  hasher.field("cache", mount.target);
}

void add_mount(CacheKeyHasher& hasher, const TmpfsMount& mount) {
  hasher.field("tmpfs", mount.target).field("size", mount.size);
}

void add_mount(CacheKeyHasher& hasher, const SecretMount& mount) {
  hasher.field("secret", mount.id).field("target", mount.target.value_or(""));
  hasher.field("env", mount.env.value_or(""));
}

void add_mount(CacheKeyHasher& hasher, const SshMount& mount) {
  hasher.field("ssh", mount.id).field("target", mount.target.value_or(""));
}

}  // namespace

CacheKey run_key(const RunStep& step, const RunKeyInputs& inputs) {
  CacheKeyHasher hasher("run/1");
  hasher.field("platform", inputs.platform.to_string());
  hasher.field("layer-format", inputs.layer_format);
  hasher.field("layers", inputs.layers.size());
  for (const auto& layer : inputs.layers) hasher.field("layer", layer.diff_id.to_string());
  add_list(hasher, "argv", step.argv);
  add_list(hasher, "env", step.env);
  hasher.field("cwd", step.cwd).field("user", step.user);
  hasher.field("network", static_cast<std::uint64_t>(step.network));
  hasher.field("security", static_cast<std::uint64_t>(step.security));
  for (const auto& mount : step.mounts) {
    std::visit([&](const auto& each) { add_mount(hasher, each); }, mount);
  }
  for (const auto& files : inputs.mounted_files) hasher.field("files", files.hex());
  for (const auto& device : step.devices) hasher.field("device", device.name);
  for (const auto& script : step.scripts) {
    hasher.field("script", script.name).field("content", script.content);
  }
  return hasher.finish();
}

}  // namespace bale::builder
