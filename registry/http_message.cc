// SPDX-License-Identifier: Apache-2.0
#include "registry/http_message.h"

#include <utility>

namespace bale::registry {

namespace {

class SharedTextSource final : public oci::Source {
 public:
  explicit SharedTextSource(std::shared_ptr<const std::string> text)
      : text_(std::move(text)), bytes_(oci::as_bytes(*text_)) {}
  std::size_t read(oci::MutableBytes buffer) override { return bytes_.read(buffer); }

 private:
  std::shared_ptr<const std::string> text_;  // shared with the body, which opens it again
  oci::BytesSource bytes_;
};

}  // namespace

Body Body::of(std::string text) {
  auto shared = std::make_shared<const std::string>(std::move(text));
  const std::uint64_t size = shared->size();
  return {[shared = std::move(shared)] { return std::make_unique<SharedTextSource>(shared); },
          size};
}

std::string describe(const Request& request) {
  return request.method + " " + request.url.redacted();
}

}  // namespace bale::registry
