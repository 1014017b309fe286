// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <set>
#include <stop_token>
#include <string>
#include <utility>

#include "oci/progress.h"
#include "oci/store.h"
#include "oci/thread_pool.h"
#include "registry/partial_blobs.h"
#include "registry/registries.h"
#include "registry/upload_journal.h"
#include "tools/global_options.h"
#include "tools/network.h"

namespace bale::tools {

/// What the commands share: the options, and the long-lived objects, each made when it is first
/// asked for, so that a command that looks at one file starts no thread. Used by the main thread.
class Program {
 public:
  Program(GlobalOptions options, std::stop_token stop);
  ~Program();

  const GlobalOptions& options() const { return options_; }
  /// Requested when the user interrupts.
  std::stop_token stop() const { return stop_; }
  oci::Progress& progress();
  /// Takes live lines off the terminal, so that a message can follow.
  /// Nothing that was made from this program may be in use any more.
  void end_progress();
  oci::ThreadPool& pool();
  oci::Store& store();
  /// Of interrupted pushes, in the store.
  registry::UploadJournal& upload_journal();
  /// Of interrupted pulls, in the store.
  registry::PartialBlobs& partial_blobs();
  /// Says which registries this run pushes to: before the first use of `registries`.
  void set_push_hosts(std::set<std::string> hosts) { push_hosts_ = std::move(hosts); }
  /// Throws kUnavailable with --offline.
  registry::Registries& registries();
  /// For files that are in no registry. Throws kUnavailable with --offline.
  registry::HttpClient& http_client();
  registry::Repository repository(const oci::Reference& image, registry::Repository::Access access);
  /// Asks a registry whether it takes the credential; throws kDenied where it does not.
  void check_credential(const std::string& host, const registry::Credential& credential);

 private:
  Network& network();

  GlobalOptions options_;
  std::stop_token stop_;
  std::unique_ptr<oci::Progress> progress_;
  std::unique_ptr<oci::ThreadPool> pool_;
  std::unique_ptr<oci::Store> store_;
  std::unique_ptr<registry::UploadJournal> upload_journal_;
  std::unique_ptr<registry::PartialBlobs> partial_blobs_;
  std::set<std::string> push_hosts_;
  std::unique_ptr<Network> network_;
};

}  // namespace bale::tools
