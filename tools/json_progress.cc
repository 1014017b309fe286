// SPDX-License-Identifier: Apache-2.0
#include "tools/json_progress.h"

#include <chrono>
#include <cstdio>

#include <nlohmann/json.hpp>

namespace bale::tools {

namespace {

using Json = nlohmann::ordered_json;

std::string dump(const Json& json) {
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace

class JsonProgress::Task final : public oci::ProgressTask {
 public:
  Task(JsonProgress& owner, std::string_view group, std::string_view name)
      : owner_(owner), head_({{"id", owner.next_id_++}, {"group", group}, {"name", name}}) {
    tell("start", {});
  }

  void advance(std::uint64_t done, std::uint64_t total) override {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::milliseconds(200)) return;
    told_ = now;
    tell("progress", {{"done", done}, {"total", total}});
  }
  void note(std::string_view text) override { tell("note", {{"text", text}}); }
  void done() override { tell("done", {}); }

 private:
  void tell(const char* event, const Json& more) {
    Json json = {{"event", event}};
    json.update(head_);
    if (!more.is_null()) json.update(more);
    owner_.write(dump(json));
  }

  JsonProgress& owner_;
  const Json head_;
  std::chrono::steady_clock::time_point told_;
};

std::unique_ptr<oci::ProgressTask> JsonProgress::start(std::string_view group,
                                                       std::string_view name) {
  return std::make_unique<Task>(*this, group, name);
}

void JsonProgress::write(const std::string& line) {
  const std::lock_guard lock(mutex_);
  std::fprintf(stderr, "%s\n", line.c_str());
}

void JsonProgress::output(std::string_view group, std::string_view line) {
  write(dump({{"event", "output"}, {"group", group}, {"line", line}}));
}

void JsonProgress::warn(std::string_view message) {
  write(dump({{"event", "warning"}, {"message", message}}));
}

void JsonProgress::debug(std::string_view message) {
  write(dump({{"event", "debug"}, {"message", message}}));
}

}  // namespace bale::tools
