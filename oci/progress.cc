// SPDX-License-Identifier: Apache-2.0
#include "oci/progress.h"

namespace bale::oci {

namespace {

class SilentTask final : public ProgressTask {
 public:
  void advance(std::uint64_t, std::uint64_t) override {}
  void note(std::string_view) override {}
  void done() override {}
};

class SilentProgress final : public Progress {
 public:
  std::unique_ptr<ProgressTask> start(std::string_view, std::string_view) override {
    return std::make_unique<SilentTask>();
  }
  void output(std::string_view, std::string_view) override {}
  void warn(std::string_view) override {}
  void debug(std::string_view) override {}
};

}  // namespace

Progress& no_progress() {
  static SilentProgress silent;
  return silent;
}

}  // namespace bale::oci
