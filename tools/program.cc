// SPDX-License-Identifier: Apache-2.0
#include "tools/program.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "oci/error.h"
#include "registry/login.h"

namespace bale::tools {

Program::Program(GlobalOptions options, std::stop_token stop)
    : options_(std::move(options)), stop_(std::move(stop)) {
  if (options_.quiet) options_.terminal.progress = ProgressMode::kNone;
}

Program::~Program() = default;

oci::Progress& Program::progress() {
  if (!progress_) progress_ = make_progress(options_.terminal);
  return *progress_;
}

void Program::end_progress() {
  network_.reset();
  progress_.reset();
}

oci::ThreadPool& Program::pool() {
  if (!pool_) {
    pool_ = std::make_unique<oci::ThreadPool>(std::max(1U, std::thread::hardware_concurrency()));
  }
  return *pool_;
}

oci::Store& Program::store() {
  if (!store_) store_ = std::make_unique<oci::Store>(store_path(options_));
  return *store_;
}

registry::UploadJournal& Program::upload_journal() {
  if (!upload_journal_) {
    upload_journal_ = std::make_unique<registry::UploadJournal>(store().uploads_folder());
  }
  return *upload_journal_;
}

Network& Program::network() {
  if (!network_) network_ = std::make_unique<Network>(options_, push_hosts_, progress());
  return *network_;
}

registry::PartialBlobs& Program::partial_blobs() {
  if (!partial_blobs_) {
    partial_blobs_ = std::make_unique<registry::PartialBlobs>(store().uploads_folder() / "partial");
  }
  return *partial_blobs_;
}

registry::Registries& Program::registries() {
  if (options_.offline) {
    throw oci::Error(oci::ErrorCode::kUnavailable, "a registry is needed, and --offline is set",
                     "pull the image first, or leave --offline out");
  }
  return network().registries();
}

registry::HttpClient& Program::http_client() {
  if (options_.offline) {
    throw oci::Error(oci::ErrorCode::kUnavailable, "the network is needed, and --offline is set",
                     "put the file into the build context, or leave --offline out");
  }
  return network().client();
}

registry::Repository Program::repository(const oci::Reference& image,
                                         registry::Repository::Access access) {
  return registries().repository(image, access, stop_);
}

void Program::check_credential(const std::string& host, const registry::Credential& credential) {
  registry::Registries& known = registries();
  registry::check_credential(known.client(), host, credential, known.conf(),
                             registries_options(options_), stop_);
}

}  // namespace bale::tools
