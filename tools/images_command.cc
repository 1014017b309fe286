// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <fnmatch.h>
#include <nlohmann/json.hpp>

#include "oci/inspect.h"
#include "oci/printable.h"
#include "tools/commands.h"
#include "tools/exit_status.h"
#include "tools/program.h"

namespace bale::tools {

namespace {

struct ImagesOptions {
  std::vector<std::string> filters;
  bool json = false;
};

/// One line of the list.
struct Row {
  std::string name;
  std::string digest;
  std::string platforms;
  std::uint64_t size = 0;
  std::string created;
  bool remote_layers = false;
};

std::string platforms_of(const oci::ImageReport& report) {
  std::string text;
  for (const auto& manifest : report.manifests) {
    if (manifest.kind != oci::ManifestKind::kImage || !manifest.descriptor.platform) continue;
    text += (text.empty() ? "" : ",") + manifest.descriptor.platform->to_string();
  }
  return text;
}

Row row_of(const oci::Store& store, const oci::StoredImage& image) {
  const auto report = oci::inspect_image(store.blobs(), image.root, image.name);
  return {image.name,           image.root.digest.to_string(),
          platforms_of(report), report.unique_size,
          report.created,       image.remote_layers};
}

/// `reference=GLOB`, against the full name and the name without its tag.
bool matches(const std::string& name, const std::string& filter) {
  constexpr std::string_view kPrefix = "reference=";
  if (!filter.starts_with(kPrefix)) {
    throw oci::Error(oci::ErrorCode::kInvalid, "unknown filter \"" + filter + "\"",
                     "for instance --filter 'reference=*/rc-web'");
  }
  const std::string glob = filter.substr(kPrefix.size());
  const std::string untagged = name.substr(0, name.rfind(':'));
  return ::fnmatch(glob.c_str(), name.c_str(), 0) == 0 ||
         ::fnmatch(glob.c_str(), untagged.c_str(), 0) == 0;
}

std::string to_json(const std::vector<Row>& rows) {
  nlohmann::ordered_json json = nlohmann::ordered_json::array();
  for (const auto& row : rows) {
    json.push_back({{"name", row.name},
                    {"digest", row.digest},
                    {"platforms", row.platforms},
                    {"size", row.size},
                    {"created", row.created},
                    {"remote_layers", row.remote_layers}});
  }
  return json.dump(2) + "\n";
}

std::string to_table(const std::vector<Row>& rows) {
  std::size_t name_width = 6;
  std::size_t platform_width = 9;
  for (const auto& row : rows) {
    name_width = std::max(name_width, row.name.size());
    platform_width = std::max(platform_width, row.platforms.size());
  }
  std::string text = fmt::format("{:<{}}  {:<12}  {:<{}}  {:>8}  CREATED\n", "NAME", name_width,
                                 "DIGEST", "PLATFORMS", platform_width, "SIZE");
  for (const auto& row : rows) {
    text += fmt::format("{:<{}}  {:<12}  {:<{}}  {:>8}  {}{}\n",
                        row.name.empty() ? "<none>" : oci::printable(row.name), name_width,
                        row.digest.substr(row.digest.find(':') + 1, 12), row.platforms,
                        platform_width, oci::human_size(row.size), row.created.substr(0, 19),
                        row.remote_layers ? "  remote layers" : "");
  }
  return text;
}

int list_images(Program& program, const ImagesOptions& options) {
  std::vector<Row> rows;
  for (const auto& image : program.store().list()) {
    const bool wanted =
        std::all_of(options.filters.begin(), options.filters.end(),
                    [&](const auto& filter) { return matches(image.name, filter); });
    if (wanted) rows.push_back(row_of(program.store(), image));
  }
  std::sort(rows.begin(), rows.end(), [](const Row& a, const Row& b) {
    return std::tie(a.name, a.digest) < std::tie(b.name, b.digest);
  });
  print(options.json ? to_json(rows) : to_table(rows));
  return exit_status::kDone;
}

}  // namespace

void add_images_command(const Command& bale) {
  auto options = std::make_shared<ImagesOptions>();  // shared with the action
  const Command command = bale.subcommand("images", "List the images of the store");
  command.list("--filter", options->filters, "reference=GLOB", "Only names that match");
  command.flag("--json", options->json, "As JSON");
  command.runs(list_images, options);
}

}  // namespace bale::tools
