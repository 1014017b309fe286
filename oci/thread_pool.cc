// SPDX-License-Identifier: Apache-2.0
#include "oci/thread_pool.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bale::oci {

struct ThreadPool::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::deque<std::function<void()>> queue;
  bool closing = false;
  std::vector<std::thread> threads;

  void work();
};

void ThreadPool::State::work() {
  while (true) {
    std::function<void()> task;
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [this] { return closing || !queue.empty(); });
      if (queue.empty()) return;
      task = std::move(queue.front());
      queue.pop_front();
    }
    task();
  }
}

ThreadPool::ThreadPool(std::size_t threads) : state_(std::make_unique<State>()) {
  for (std::size_t i = 0; i < threads; ++i) {
    state_->threads.emplace_back([state = state_.get()] { state->work(); });
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->closing = true;
  }
  state_->changed.notify_all();
  for (auto& thread : state_->threads) thread.join();
}

std::size_t ThreadPool::size() const { return state_->threads.size(); }

void ThreadPool::submit(std::function<void()> task) {
  {
    const std::lock_guard lock(state_->mutex);
    state_->queue.push_back(std::move(task));
  }
  state_->changed.notify_one();
}

bool ThreadPool::run_one() {
  std::function<void()> task;
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->queue.empty()) return false;
    task = std::move(state_->queue.front());
    state_->queue.pop_front();
  }
  task();
  return true;
}

struct TaskGroup::State {
  std::mutex mutex;
  std::condition_variable changed;
  std::size_t pending = 0;
  std::exception_ptr error;
  std::atomic<bool> failed = false;

  void finish(std::exception_ptr outcome) {
    const std::lock_guard lock(mutex);
    if (outcome && !error) error = std::move(outcome);
    if (error) failed = true;
    if (--pending == 0) changed.notify_all();
  }
};

TaskGroup::TaskGroup(ThreadPool& pool) : pool_(pool), state_(std::make_shared<State>()) {}

TaskGroup::~TaskGroup() {
  try {
    wait();
  } catch (...) {  // the owner is already on its way out with an error of its own
  }
}

void TaskGroup::run(std::function<void()> task) {
  {
    const std::lock_guard lock(state_->mutex);
    ++state_->pending;
  }
  pool_.submit([state = state_, task = std::move(task)] {
    std::exception_ptr outcome;
    try {
      task();
    } catch (...) {
      outcome = std::current_exception();
    }
    state->finish(std::move(outcome));
  });
}

void TaskGroup::wait() {
  const auto idle = [this] {
    const std::lock_guard lock(state_->mutex);
    return state_->pending == 0;
  };
  while (!idle() && pool_.run_one()) {
  }
  std::unique_lock lock(state_->mutex);
  state_->changed.wait(lock, [this] { return state_->pending == 0; });
  if (state_->error) std::rethrow_exception(std::exchange(state_->error, nullptr));
}

bool TaskGroup::failed() const { return state_->failed; }

void in_pieces(ThreadPool* pool, std::size_t count, std::size_t piece,
               const std::function<void(std::size_t begin, std::size_t end)>& work) {
  if (pool == nullptr) return work(0, count);
  TaskGroup group(*pool);
  for (std::size_t begin = 0; begin < count; begin += piece) {
    group.run([&work, begin, end = std::min(begin + piece, count)] { work(begin, end); });
  }
  group.wait();
}

}  // namespace bale::oci
