// SPDX-License-Identifier: Apache-2.0
#include "registry/transfer_group.h"

#include <utility>

#include "oci/error.h"

namespace bale::registry {

TransferGroup::TransferGroup(std::size_t jobs, const std::stop_token& outer)
    : pool_(jobs), tasks_(pool_), forward_stop_(outer, [this] { end_.request_stop(); }) {}

TransferGroup::~TransferGroup() { end_.request_stop(); }

void TransferGroup::run(std::function<void()> work) {
  const std::lock_guard lock(mutex_);  // a TaskGroup has one owner
  tasks_.run([this, work = std::move(work)] {
    if (end_.stop_requested()) return;
    try {
      work();
    } catch (...) {
      fail(std::current_exception());
    }
  });
}

void TransferGroup::fail(std::exception_ptr error) {
  {
    const std::lock_guard lock(mutex_);
    if (!first_error_) first_error_ = std::move(error);
  }
  // Only now: what the stop interrupts fails too, and must not come first.
  end_.request_stop();
}

void TransferGroup::wait() {
  tasks_.wait();
  const std::lock_guard lock(mutex_);
  if (first_error_) std::rethrow_exception(first_error_);
  oci::throw_if_stopped(end_.get_token());
}

}  // namespace bale::registry
