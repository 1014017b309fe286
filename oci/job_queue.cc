// SPDX-License-Identifier: Apache-2.0
#include "oci/job_queue.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <utility>

namespace bale::oci {

struct JobQueue::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> jobs;
  std::size_t running = 0;
  bool closed = false;
  std::uint64_t events = 0;  // jobs that came or ended: what the owner may wait for

  bool run_one();
};

bool JobQueue::State::run_one() {
  std::function<void()> job;
  {
    const std::lock_guard lock(mutex);
    if (jobs.empty()) return false;
    job = std::move(jobs.front());
    jobs.pop_front();
    ++running;
  }
  job();
  job = nullptr;  // what it holds goes before the owner may go
  {
    const std::lock_guard lock(mutex);
    --running;
    ++events;
  }
  changed.notify_all();
  return true;
}

JobQueue::JobQueue(ThreadPool& pool) : pool_(pool), state_(std::make_shared<State>()) {}

JobQueue::~JobQueue() {
  std::unique_lock lock(state_->mutex);
  state_->closed = true;
  state_->jobs.clear();
  state_->changed.wait(lock, [this] { return state_->running == 0; });
}

void JobQueue::submit(std::function<void()> job, Priority priority) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->closed) return;
    auto& jobs = state_->jobs;
    jobs.insert(priority == Priority::kNext ? jobs.begin() : jobs.end(), std::move(job));
    ++state_->events;
  }
  state_->changed.notify_all();
  // A task finds the queue empty where the owner or another task was faster.
  pool_.submit([state = state_] { state->run_one(); });
}

void JobQueue::help_until(const std::function<bool()>& done) {
  while (true) {
    std::uint64_t seen = 0;
    {
      const std::lock_guard lock(state_->mutex);
      seen = state_->events;
    }
    if (done()) return;
    if (state_->run_one()) continue;
    std::unique_lock lock(state_->mutex);
    state_->changed.wait(lock, [&] { return state_->events != seen; });
  }
}

}  // namespace bale::oci
