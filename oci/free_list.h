// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace bale::oci {

/// Objects that are dear to make and are used by one thread at a time: as many are made as were
/// ever in use at once. Thread-safe. `Deleter` as unique_ptr has it.
template <typename T, typename Deleter = std::default_delete<T>>
class FreeList {
 public:
  using Pointer = std::unique_ptr<T, Deleter>;

  /// One that lies idle, else the outcome of `make`.
  template <typename Make>
  Pointer take(Make make) {
    {
      const std::lock_guard lock(mutex_);
      if (!idle_.empty()) {
        Pointer object = std::move(idle_.back());
        idle_.pop_back();
        return object;
      }
    }
    return make();
  }

  void give(Pointer object) {
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(object));
  }

 private:
  std::mutex mutex_;
  std::vector<Pointer> idle_;
};

}  // namespace bale::oci
