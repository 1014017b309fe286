// SPDX-License-Identifier: Apache-2.0
#include "registry/transfer.h"

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <utility>

namespace bale::registry {

oci::MutableBytes Transfer::Chunk::room() {
  if (!bytes_) bytes_ = std::make_unique<std::byte[]>(kSize);
  if (empty()) begin_ = end_ = 0;
  return {bytes_.get() + end_, kSize - end_};
}

bool Transfer::Chunk::append(oci::Bytes bytes) {
  const oci::MutableBytes free = room();
  if (free.size() < bytes.size()) return false;
  std::memcpy(free.data(), bytes.data(), bytes.size());
  end_ += bytes.size();
  return true;
}

std::size_t Transfer::Chunk::take(oci::MutableBytes buffer) {
  const std::size_t count = std::min(buffer.size(), end_ - begin_);
  if (count > 0) std::memcpy(buffer.data(), bytes_.get() + begin_, count);
  begin_ += count;
  return count;
}

Transfer::Transfer(Request request, std::function<void()> wake)
    : request_(std::move(request)), wake_(std::move(wake)) {}

bool Transfer::deliver(oci::Bytes bytes) {
  const std::lock_guard lock(mutex_);
  download_paused_ = !download_.append(bytes);
  if (download_paused_) changed_.notify_all();
  announced_ = download_paused_;
  return !download_paused_;
}

void Transfer::announce() {
  if (std::exchange(announced_, true)) return;
  const std::lock_guard lock(mutex_);
  changed_.notify_all();
}

std::optional<std::size_t> Transfer::supply(oci::MutableBytes buffer) {
  const std::lock_guard lock(mutex_);
  const std::size_t count = upload_.take(buffer);
  if (count == 0 && !upload_complete_) {
    upload_paused_ = true;
    return std::nullopt;
  }
  if (upload_.empty()) changed_.notify_all();
  return count;
}

void Transfer::begin_response(ResponseHead head) {
  const std::lock_guard lock(mutex_);
  head_ = std::move(head);
  changed_.notify_all();
}

void Transfer::end(std::optional<TransferFailure> failure) {
  const std::lock_guard lock(mutex_);
  ended_ = true;
  failure_ = std::move(failure);
  changed_.notify_all();
}

void Transfer::give_driver(std::unique_ptr<TransferDriver> driver) {
  const std::lock_guard lock(mutex_);
  driver_ = std::move(driver);
  changed_.notify_all();
}

template <typename Ready>
void Transfer::wait(std::unique_lock<std::mutex>& lock, const std::stop_token& stop, Ready ready) {
  if (!driver_) changed_.wait(lock, stop, [&] { return ready() || driver_; });
  while (!ready()) {
    if (stop.stop_requested()) {
      throw oci::Error(oci::ErrorCode::kInterrupted, describe(request_) + ": interrupted");
    }
    lock.unlock();
    const bool moves = driver_->move();
    if (!moves) driver_.reset();
    lock.lock();
    if (ready()) return;
    lock.unlock();
    driver_->sleep(stop);
    lock.lock();
  }
}

bool Transfer::hand_over(Chunk& chunk, const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wait(lock, stop, [this] { return upload_.empty() || head_ || ended_; });
  if (head_ || ended_) return false;
  upload_complete_ = chunk.empty();
  std::swap(upload_, chunk);
  if (std::exchange(upload_paused_, false)) call_attention();
  return true;
}

void Transfer::feed(oci::Source& body, const std::stop_token& stop) {
  const std::uint64_t promised = request_.body->size;
  std::uint64_t fed = 0;
  Chunk chunk;
  bool more = true;
  while (more) {
    // Filled up: small pieces of a slow source would cost a wake-up each.
    const std::size_t got = oci::read_full(body, chunk.room());
    chunk.grow(got);
    fed += got;
    if (fed > promised || (got == 0 && fed < promised)) {
      throw oci::Error(oci::ErrorCode::kCorrupt,
                       describe(request_) + ": the content does not have the " +
                           std::to_string(promised) + " bytes that its descriptor says");
    }
    more = hand_over(chunk, stop) && got > 0;
  }
}

std::optional<ResponseHead> Transfer::wait_head(const std::stop_token& stop) {
  std::unique_lock lock(mutex_);
  wait(lock, stop, [this] { return head_ || ended_; });
  return head_;
}

std::optional<TransferFailure> Transfer::failure() const {
  const std::lock_guard lock(mutex_);
  return failure_;
}

std::size_t Transfer::read(oci::MutableBytes buffer, const std::stop_token& stop) {
  if (reading_.empty()) {
    std::unique_lock lock(mutex_);
    wait(lock, stop, [this] { return !download_.empty() || ended_; });
    if (download_.empty() && failure_) throw failure_->error;
    std::swap(reading_, download_);
    if (std::exchange(download_paused_, false)) call_attention();
  }
  return reading_.take(buffer);
}

void Transfer::cancel() {
  std::unique_ptr<TransferDriver> driver;  // ends what it moves, outside of the lock
  {
    const std::lock_guard lock(mutex_);
    cancelled_ = true;
    driver = std::move(driver_);
    if (!driver) call_attention();
  }
}

void Transfer::call_attention() {
  attention_ = true;
  if (!driver_) wake_();
}

}  // namespace bale::registry
