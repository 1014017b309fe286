// SPDX-License-Identifier: Apache-2.0
#include <condition_variable>
#include <memory>
#include <mutex>
#include <string>

#include <sys/resource.h>

#include "oci/fd.h"
#include "oci/image_name.h"
#include "server/http_server.h"
#include "server/layout_images.h"
#include "server/listener.h"
#include "server/registry_service.h"
#include "server/route.h"
#include "server/store_images.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/open_image.h"
#include "tools/program.h"

namespace bale::tools {

namespace {

/// What requests at work get when the program is told to stop.
constexpr std::chrono::seconds kGrace{5};
/// Certificates, keys and passwords are not longer.
constexpr std::size_t kMaxSmallFile = std::size_t{1} << 20;

struct ServeOptions {
  std::string layout;
  std::string name;
  std::string address = "127.0.0.1:5000";
  std::string certificate;
  std::string key;
  std::string htpasswd;
  bool read_only = false;
};

/// What a folder is called, as far as that is a name of a repository.
std::string repository_for(const ServeOptions& options, const std::filesystem::path& folder) {
  const auto absolute = std::filesystem::absolute(folder).lexically_normal();
  const auto last = absolute.has_filename() ? absolute : absolute.parent_path();
  const std::string name = options.name.empty() ? last.filename().string() : options.name;
  if (server::is_valid_repository(name)) return name;
  throw oci::Error(oci::ErrorCode::kInvalid, "\"" + name + "\" is not a name of a repository",
                   "--name NAME says under which name the folder is served");
}

std::unique_ptr<server::ServedImages> images_of(Program& program, const ServeOptions& options) {
  if (options.layout.empty()) {
    if (!options.name.empty()) {
      throw oci::Error(oci::ErrorCode::kInvalid, "--name is for a layout folder, and none is named",
                       "in the store every image has a name of its own");
    }
    return std::make_unique<server::StoreImages>(program.store(), store_with_origins(program));
  }
  const auto name = oci::ImageName::parse(options.layout);
  if (name.transport != oci::Transport::kOciLayout || !name.tag.empty() || name.digest) {
    throw oci::Error(oci::ErrorCode::kInvalid, options.layout + " is not a layout folder",
                     "oci:DIR serves a folder; without it the store is served");
  }
  return std::make_unique<server::LayoutImages>(oci::ImageLayout::open(name.path),
                                                repository_for(options, name.path));
}

/// What fails is told to be about `option`.
template <typename Work>
auto for_option(const std::string& option, Work work) {
  try {
    return work();
  } catch (const oci::Error& error) {
    throw error.in(option);
  }
}

std::string read_option(const std::string& option, const std::string& file) {
  return for_option(option, [&] { return oci::read_file(file, kMaxSmallFile); });
}

server::RegistryOptions registry_options(const ServeOptions& options) {
  server::RegistryOptions result;
  if (options.read_only) result.writes = server::Writes::kRefused;
  if (!options.htpasswd.empty()) result.htpasswd = read_option("--htpasswd", options.htpasswd);
  return result;
}

std::unique_ptr<server::RegistryService> service_for(server::ServedImages& images,
                                                     const ServeOptions& options) {
  const auto registry = registry_options(options);
  if (options.htpasswd.empty()) return std::make_unique<server::RegistryService>(images, registry);
  return for_option("--htpasswd " + options.htpasswd,
                    [&] { return std::make_unique<server::RegistryService>(images, registry); });
}

server::TlsIdentity tls_identity(const ServeOptions& options) {
  server::TlsIdentity tls{read_option("--tls-cert", options.certificate),
                          oci::Secret(read_option("--tls-key", options.key))};
  const std::string certificate = "--tls-cert " + options.certificate;
  for_option(certificate, [&] { tls.check_certificate(); });
  for_option(certificate + " --tls-key " + options.key, [&] { tls.check_key(); });
  return tls;
}

server::HttpServerOptions http_options(Program& program, const ServeOptions& options) {
  server::HttpServerOptions result;
  if (!options.certificate.empty()) result.tls = tls_identity(options);
  oci::Progress& progress = program.progress();
  result.on_answer = [&progress](const server::HttpRequest& request, int status) {
    progress.debug(request.method + " " + request.path + " " + std::to_string(status));
  };
  return result;
}

/// Every connection and every upload has files open; the soft limit is often 1024.
void raise_file_limit() {
  rlimit limit{};
  if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
}

void wait_for_stop(const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any stopped;
  std::unique_lock lock(mutex);
  stopped.wait(lock, stop, [] { return false; });
}

void warn_of_strangers(Program& program, const ServeOptions& options,
                       const server::Listener& listener) {
  if (listener.is_loopback) return;
  if (options.certificate.empty()) {
    program.progress().warn("other machines reach " + listener.address +
                            ", and nothing is encrypted: see --tls-cert");
  }
  if (options.htpasswd.empty() && !options.read_only) {
    program.progress().warn("everybody who reaches " + listener.address +
                            " may push and delete: see --htpasswd and --read-only");
  }
}

int serve(Program& program, const ServeOptions& options) {
  const auto images = images_of(program, options);
  const auto service = service_for(*images, options);
  auto listener = server::listen_on(server::ListenAddress::parse(options.address));
  warn_of_strangers(program, options, listener);
  raise_file_limit();
  server::HttpServer http(std::move(listener.socket), *service, http_options(program, options));
  print(listener.address + "\n");
  wait_for_stop(program.stop());
  http.stop(kGrace);
  return exit_status::kDone;
}

}  // namespace

void add_serve_command(const Command& bale) {
  auto options = std::make_shared<ServeOptions>();  // shared with the action
  const Command command = bale.subcommand(
      "serve", "Be a registry: pull from and push to the store, or a layout folder");
  command.argument("oci:DIR", options->layout, "A layout folder; default: the store");
  command.text("--addr", options->address, "HOST:PORT",
               "Where to listen (default 127.0.0.1:5000); port 0 takes a free one. The address "
               "is printed when it is ready");
  command.text("--name", options->name, "NAME",
               "The repository that a layout folder is (default: the folder's name)");
  const Option certificate =
      command.text("--tls-cert", options->certificate, "FILE", "Certificate chain, PEM: use TLS");
  const Option key = command.text("--tls-key", options->key, "FILE", "Its key, PEM");
  certificate.needs(key);
  key.needs(certificate);
  command.text("--htpasswd", options->htpasswd, "FILE",
               "Only these users, with passwords hashed as htpasswd -B does");
  command.flag("--read-only", options->read_only, "Refuse pushes and deletions");
  command.runs(serve, options);
}

}  // namespace bale::tools
