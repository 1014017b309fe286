// SPDX-License-Identifier: Apache-2.0
#include "server/memory_budget.h"

#include <utility>

namespace bale::server {

bool MemoryBudget::Share::try_grow(std::size_t bytes) {
  std::size_t left = budget_.left_;
  do {
    if (left < bytes) return false;
  } while (!budget_.left_.compare_exchange_weak(left, left - bytes));
  taken_ += bytes;
  return true;
}

void MemoryBudget::Share::give_back() { budget_.left_ += std::exchange(taken_, 0); }

}  // namespace bale::server
