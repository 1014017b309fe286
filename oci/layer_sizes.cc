// SPDX-License-Identifier: Apache-2.0
#include "oci/layer_sizes.h"

#include <charconv>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include <fcntl.h>

#include "oci/error.h"
#include "oci/fd.h"
#include "oci/once.h"

namespace bale::oci {

namespace fs = std::filesystem;

namespace {

/// Of half a million layers.
constexpr std::size_t kMaxFile = std::size_t{64} << 20;

using Sizes = std::unordered_map<std::string, std::uint64_t>;

/// `DIFFID SIZE`; a line that two writers have made of theirs, or a power cut has cut short, is
/// none.
void add_line(Sizes& sizes, std::string_view line) {
  const auto space = line.find(' ');
  if (space == std::string_view::npos) return;
  std::uint64_t size = 0;
  const char* const end = line.data() + line.size();
  const auto [stop, error] = std::from_chars(line.data() + space + 1, end, size);
  if (error == std::errc() && stop == end)
    sizes.try_emplace(std::string(line.substr(0, space)), size);
}

Sizes read_sizes(const fs::path& file) {
  Sizes sizes;
  std::string text;
  try {
    text = read_file(file, kMaxFile);
  } catch (const Error&) {
    return sizes;  // a cache that cannot be read is an empty cache
  }
  std::string_view rest = text;
  for (auto end = rest.find('\n'); end != std::string_view::npos; end = rest.find('\n')) {
    add_line(sizes, rest.substr(0, end));
    rest.remove_prefix(end + 1);
  }
  return sizes;
}

}  // namespace

struct LayerSizes::State {
  explicit State(fs::path path) : file(std::move(path)) {}

  const Sizes& known() {
    read.run([this] { sizes = read_sizes(file); });
    return sizes;
  }

  const fs::path file;
  Once read;
  std::shared_mutex mutex;  // guards what is added to `sizes`
  Sizes sizes;
};

LayerSizes::LayerSizes(fs::path file) : state_(std::make_unique<State>(std::move(file))) {}
LayerSizes::~LayerSizes() = default;

std::optional<std::uint64_t> LayerSizes::find(const DiffId& layer) const {
  const Sizes& sizes = state_->known();
  const std::shared_lock lock(state_->mutex);
  const auto found = sizes.find(layer.to_string());
  if (found == sizes.end()) return std::nullopt;
  return found->second;
}

void LayerSizes::add(const DiffId& layer, std::uint64_t size) {
  state_->known();
  const std::lock_guard lock(state_->mutex);
  if (!state_->sizes.try_emplace(layer.to_string(), size).second) return;
  fs::create_directories(state_->file.parent_path());
  FileSink out(open_file(state_->file, O_WRONLY | O_APPEND | O_CREAT, 0644));
  // In one piece: others append too.
  out.write(as_bytes(layer.to_string() + " " + std::to_string(size) + "\n"));
}

}  // namespace bale::oci
