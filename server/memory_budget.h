// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <atomic>
#include <cstddef>

namespace bale::server {

/// Memory that requests at work share. Thread-safe.
class MemoryBudget {
 public:
  /// What one request has of it, given back with its owner. One thread at a time.
  class Share {
   public:
    /// `budget` must outlive this.
    explicit Share(MemoryBudget& budget) : budget_(budget) {}
    ~Share() { give_back(); }
    Share(const Share&) = delete;
    Share& operator=(const Share&) = delete;

    /// False, and nothing is taken, where the others leave less than so many bytes.
    bool try_grow(std::size_t bytes);
    void give_back();

   private:
    MemoryBudget& budget_;
    std::size_t taken_ = 0;
  };

  explicit MemoryBudget(std::size_t bytes) : left_(bytes) {}

 private:
  std::atomic<std::size_t> left_;
};

}  // namespace bale::server
