// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <utility>

namespace bale::oci {

/// A password or token. It has no conversion to text and no `<<`, so that it cannot slip into a
/// message; `reveal` is what a reviewer searches for. Erased from memory when it goes.
class Secret {
 public:
  Secret() = default;
  explicit Secret(std::string text) : text_(std::move(text)) {}
  ~Secret() { erase(); }
  Secret(const Secret&) = default;
  Secret(Secret&& other) noexcept : text_(other.text_) { other.erase(); }
  Secret& operator=(Secret other) noexcept {
    text_.swap(other.text_);
    return *this;
  }

  bool empty() const { return text_.empty(); }
  /// Only for the bytes of a request, a helper's input or an auth file.
  const std::string& reveal() const { return text_; }

  friend bool operator==(const Secret&, const Secret&) = default;

 private:
  void erase() noexcept {
    volatile char* at = text_.data();  // volatile: the writes must not be optimised away
    for (std::size_t i = 0; i < text_.size(); ++i) at[i] = 0;
    text_.clear();
  }

  std::string text_;
};

}  // namespace bale::oci
