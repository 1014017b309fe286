// SPDX-License-Identifier: Apache-2.0
#include "tools/json_progress.h"

#include <chrono>
#include <cstdio>

#include "oci/json_writer.h"

namespace bale::tools {

namespace {

/// `write_members(json)` writes what the event has beside its name.
template <typename Body>
std::string event_text(const char* event, const Body& write_members) {
  return oci::json_object([&](oci::JsonWriter& json) {
    json.member("event", event);
    write_members(json);
  });
}

}  // namespace

class JsonProgress::Task final : public oci::ProgressTask {
 public:
  Task(JsonProgress& owner, std::string_view group, std::string_view name)
      : owner_(owner), id_(owner.next_id_++), group_(group), name_(name) {
    tell("start");
  }

  void advance(std::uint64_t done, std::uint64_t total) override {
    const auto now = std::chrono::steady_clock::now();
    if (now - told_ < std::chrono::milliseconds(200)) return;
    told_ = now;
    tell("progress", [&](oci::JsonWriter& json) {
      json.member("done", done);
      json.member("total", total);
    });
  }
  void note(std::string_view text) override {
    tell("note", [&](oci::JsonWriter& json) { json.member("text", text); });
  }
  void done() override { tell("done"); }

 private:
  template <typename Body>
  void tell(const char* event, const Body& write_more) {
    owner_.write(event_text(event, [&](oci::JsonWriter& json) {
      json.member("id", id_);
      json.member("group", group_);
      json.member("name", name_);
      write_more(json);
    }));
  }
  void tell(const char* event) {
    tell(event, [](oci::JsonWriter&) {});
  }

  JsonProgress& owner_;
  const std::uint64_t id_;
  const std::string group_;
  const std::string name_;
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
  write(event_text("output", [&](oci::JsonWriter& json) {
    json.member("group", group);
    json.member("line", line);
  }));
}

void JsonProgress::warn(std::string_view message) {
  write(event_text("warning", [&](oci::JsonWriter& json) { json.member("message", message); }));
}

void JsonProgress::debug(std::string_view message) {
  write(event_text("debug", [&](oci::JsonWriter& json) { json.member("message", message); }));
}

}  // namespace bale::tools
