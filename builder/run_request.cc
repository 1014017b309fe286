// SPDX-License-Identifier: Apache-2.0
#include "builder/run_request.h"

#include <algorithm>
#include <string>
#include <string_view>

#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr const char* kDefaultPath =
    "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

void append(std::vector<std::string>& list, const std::vector<std::string>& more) {
  list.insert(list.end(), more.begin(), more.end());
}

std::string network_of(RunNetwork network, const RunSettings& settings) {
  switch (network) {
    case RunNetwork::kNone:
      return "none";
    case RunNetwork::kHost:
      return "host";
    case RunNetwork::kDefault:
      break;
  }
  return settings.network;
}

std::vector<std::string> environment_of(const RunStep& step, const StepMounts& mounts) {
  std::vector<std::string> env = step.env;
  append(env, step.proxy_env);
  append(env, mounts.env());
  const auto is_path = [](const std::string& assignment) {
    return assignment.starts_with("PATH=");
  };
  if (std::none_of(env.begin(), env.end(), is_path)) env.emplace_back(kDefaultPath);
  return env;
}

}  // namespace

RunRequest make_run_request(const RunStep& step, const RunSettings& settings,
                            const StepMounts& mounts) {
  if (step.security == RunSecurity::kInsecure) {
    throw oci::Error(oci::ErrorCode::kInvalid, "RUN --security=insecure is not allowed",
                     "give the rights that the step needs with --cap-add or --security-opt");
  }
  RunRequest request;
  request.argv = step.argv;
  request.env = environment_of(step, mounts);
  request.secret_env = mounts.secret_env();
  request.cwd = step.cwd;
  request.user = step.user;
  request.network = network_of(step.network, settings);
  request.mounts = mounts.host_mounts();
  request.options = settings.podman_options;
  for (const auto& device : step.devices) request.options.push_back("--device=" + device.name);
  request.timeout = settings.timeout;
  return request;
}

}  // namespace bale::builder
