// SPDX-License-Identifier: Apache-2.0
#include "registry/transfer_queue.h"

#include <algorithm>
#include <utility>

namespace bale::registry {

void TransferQueue::push(std::shared_ptr<Transfer> transfer) {
  const Clock::time_point time = transfer->request().not_before;
  waiting_.emplace(time, std::move(transfer));
}

std::vector<std::shared_ptr<Transfer>> TransferQueue::take_due(Clock::time_point now) {
  std::vector<std::shared_ptr<Transfer>> due;
  for (auto at = waiting_.begin(); at != waiting_.end() && at->first <= now;) {
    const Slot slot = slot_of(*at->second);
    if (start_time(*at->second) > now || !has_room(slot)) {
      ++at;
      continue;
    }
    ++running_[slot];
    due.push_back(std::move(at->second));
    at = waiting_.erase(at);
  }
  return due;
}

void TransferQueue::finished(const Slot& slot) { --running_[slot]; }

void TransferQueue::hold(const Origin& host, Clock::time_point until) {
  held_[host] = std::max(held_[host], until);
}

std::optional<Clock::time_point> TransferQueue::next_due() const {
  std::optional<Clock::time_point> next;
  for (const auto& [time, transfer] : waiting_) {
    if (!has_room(slot_of(*transfer))) continue;  // `finished` will bring the moment
    const Clock::time_point start = start_time(*transfer);
    if (!next || start < *next) next = start;
  }
  return next;
}

std::vector<std::shared_ptr<Transfer>> TransferQueue::drain() {
  std::vector<std::shared_ptr<Transfer>> all;
  for (auto& [time, transfer] : std::exchange(waiting_, {})) all.push_back(std::move(transfer));
  return all;
}

TransferQueue::Slot TransferQueue::slot_of(const Transfer& transfer) {
  const Request& request = transfer.request();
  if (request.traffic == Traffic::kSmall) return {request.url.origin(), Lane::kSmall};
  return {request.url.origin(), request.body ? Lane::kUpload : Lane::kDownload};
}

bool TransferQueue::has_room(const Slot& slot) const {
  const auto found = running_.find(slot);
  const std::size_t running = found == running_.end() ? 0 : found->second;
  switch (slot.lane) {
    case Lane::kSmall:
      return running < limits_.small;
    case Lane::kUpload:
      return running < limits_.uploads;
    case Lane::kDownload:
      return running < limits_.downloads;
  }
  return true;
}

Clock::time_point TransferQueue::start_time(const Transfer& transfer) const {
  const Request& request = transfer.request();
  const auto held = held_.find(request.url.origin());
  return held == held_.end() ? request.not_before : std::max(request.not_before, held->second);
}

}  // namespace bale::registry
