// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <filesystem>

#include "builder/build_services.h"
#include "oci/error.h"

namespace bale::test {

/// Steps that are planned and never run.
class NoCommands final : public builder::Executor {
  void check(const oci::Platform&) override {}
  builder::RunOutcome run(const builder::RunRequest&, const builder::RunEvents&,
                          std::stop_token) override {
    return {};
  }
  void clean_up(const std::filesystem::path&) override {}
};

class NoWeb final : public builder::HttpFetcher {
  builder::HttpAnswer get(const std::string&, const builder::HttpValidators&,
                          const std::stop_token&) override {
    throw oci::Error(oci::ErrorCode::kUnavailable, "no network here");
  }
};

/// What a build works with, over a store of its own: neither commands nor a network. `Images`
/// resolves base images, and is made of the store.
template <typename Images>
struct IdleServices {
  explicit IdleServices(const std::filesystem::path& folder) : store(folder) {}

  oci::Store store;
  builder::LayerCache cache{store.cache_folder() / "steps", store.blobs()};
  builder::LayerTables tables{store};
  builder::StatCache stats{store.cache_folder() / "stats"};
  oci::ThreadPool pool{2};
  Images images{store};
  NoCommands commands;
  NoWeb web;
  builder::RemoteFiles remote{store.cache_folder() / "remote", web};
  const builder::BuildServices services{.store = store,
                                        .cache = cache,
                                        .tables = tables,
                                        .stats = stats,
                                        .images = images,
                                        .remote_files = remote,
                                        .executor = commands,
                                        .pool = pool,
                                        .progress = oci::no_progress()};
};

}  // namespace bale::test
