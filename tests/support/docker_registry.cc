// SPDX-License-Identifier: Apache-2.0
#include "tests/support/docker_registry.h"

#include <filesystem>
#include <fstream>

#include "tests/support/scratch_folder.h"
#include "tests/support/server_process.h"

namespace bale::test {

namespace {

constexpr const char* kProgram = "/usr/bin/docker-registry";

std::vector<std::string> command_for(const std::filesystem::path& folder, int port,
                                     const DockerRegistryOptions& options) {
  const std::filesystem::path file = folder / "config.yml";
  const std::filesystem::path data = options.data.empty() ? folder / "data" : options.data;
  std::ofstream(file) << "version: 0.1\n"
                      << "log: {level: info, accesslog: {disabled: true}}\n"
                      << "storage:\n"
                      << "  filesystem: {rootdirectory: " << data.string() << "}\n"
                      << options.storage << "http: {addr: \"127.0.0.1:" << port
                      << "\", secret: fixed" << options.http << "}\n"
                      << options.more;
  return {kProgram, "serve", file.string()};
}

}  // namespace

class DockerRegistry::Process {
 public:
  explicit Process(const DockerRegistryOptions& options)
      : server_([&](int port) { return command_for(folder_.path(), port, options); },
                "listening on") {}

  std::string host() const { return server_.host(); }

 private:
  ScratchFolder folder_;
  ServerProcess server_;
};

DockerRegistry::DockerRegistry(const DockerRegistryOptions& options)
    : process_(std::make_unique<Process>(options)) {}
DockerRegistry::~DockerRegistry() = default;

bool DockerRegistry::is_installed() { return std::filesystem::exists(kProgram); }

std::string DockerRegistry::host() const { return process_->host(); }

}  // namespace bale::test
