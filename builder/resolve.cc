// SPDX-License-Identifier: Apache-2.0
#include "builder/resolve.h"

#include <vector>

#include "builder/tree_path.h"
#include "oci/error.h"

namespace bale::builder {

namespace {

constexpr int kMaxLinks = 255;

/// A walk down a tree: what is resolved so far, and what is left, last component first.
class Walk {
 public:
  Walk(const FindFile& find, const std::string& path, LastLink last)
      : find_(find), last_(last), written_(path) {
    push(path);
  }

  Resolved run() {
    while (!rest_.empty()) step();
    return {path_, file_ ? std::move(file_) : find_(path_)};
  }

 private:
  void push(const std::string& path) {
    const auto components = path_components(path);
    for (auto it = components.rbegin(); it != components.rend(); ++it) rest_.emplace_back(*it);
  }

  void step() {
    const std::string component = std::move(rest_.back());
    rest_.pop_back();
    file_.reset();
    if (component == ".") return;
    if (component == "..") {
      path_ = parent_path(path_);
      return;
    }
    std::string next = join_path(path_, component);
    file_ = find_(next);
    if (file_ && file_->is_symlink() && (!rest_.empty() || last_ == LastLink::kFollow))
      return follow(file_->entry.link_target);
    path_ = std::move(next);
  }

  void follow(const std::string& target) {
    if (++links_ > kMaxLinks)
      throw oci::Error(oci::ErrorCode::kInvalid,
                       "following /" + written_ + ": too many levels of symbolic links");
    if (target.starts_with('/')) path_.clear();
    push(target);
    file_.reset();
  }

  const FindFile& find_;
  const LastLink last_;
  const std::string& written_;
  std::vector<std::string> rest_;
  std::string path_;
  std::optional<TreeFile> file_;
  int links_ = 0;
};

}  // namespace

Resolved resolve(const FindFile& find, const std::string& path, LastLink last) {
  return Walk(find, path, last).run();
}

Resolved resolve(const FileTree& tree, const std::string& path, LastLink last) {
  return resolve([&](const std::string& each) { return tree.find(each); }, path, last);
}

}  // namespace bale::builder
