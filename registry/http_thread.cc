// SPDX-License-Identifier: Apache-2.0
#include "registry/http_thread.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <iterator>
#include <mutex>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

#include "oci/error.h"
#include "registry/http_loop.h"
#include "registry/transfer_queue.h"

namespace bale::registry {

namespace {

/// The longest sleep of a loop; whoever wants it to look around wakes it.
constexpr std::chrono::milliseconds kLongestSleep{60'000};
/// Loops that are kept for the connections they have open.
constexpr std::size_t kMaxIdleLoops = 16;

/// A connection that the server has closed must not end the program; the write's error tells.
void block_broken_pipe_signal() {
  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGPIPE);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr);
}

/// What is encrypted is not: each loop reads the authorities for itself, which takes it as long as
/// the hand-over of a hundred megabytes.
bool is_moved_by_its_owner(const Request& request) {
  return request.traffic == Traffic::kBulk && request.url.origin().scheme == "http";
}

}  // namespace

class HttpThread::Engine {
  struct IdleLoop {
    Origin host;  // the last that it spoke to
    std::unique_ptr<HttpLoop> loop;
  };

 public:
  explicit Engine(const TransportOptions& options)
      : options_(options),
        queue_(options_.limits),
        shared_(options_, [this](const Transfer& transfer) {
          const std::lock_guard lock(mutex_);
          queue_.finished(TransferQueue::slot_of(transfer));
        }) {
    thread_ = std::thread([this] { run(); });
  }

  ~Engine() {
    {
      const std::lock_guard lock(mutex_);
      closing_ = true;
    }
    wake();
    thread_.join();
  }

  void push(std::shared_ptr<Transfer> transfer) {
    {
      const std::lock_guard lock(mutex_);
      queue_.push(std::move(transfer));
    }
    wake();
  }

  void hold(const Origin& host, Clock::time_point until) {
    const std::lock_guard lock(mutex_);
    queue_.hold(host, until);
  }

  void wake() { shared_.wake(); }

 private:
  class OwnLoop;

  void run() {
    block_broken_pipe_signal();
    while (!closing()) {
      start_due();
      shared_.move();
      shared_.sleep(time_to_sleep());
    }
    abandon();
  }

  bool closing() {
    const std::lock_guard lock(mutex_);
    return closing_;
  }

  std::chrono::milliseconds time_to_sleep() {
    const std::lock_guard lock(mutex_);
    const auto next = queue_.next_due();
    if (!next) return kLongestSleep;
    const auto wait = std::chrono::ceil<std::chrono::milliseconds>(*next - Clock::now());
    return std::clamp(wait, std::chrono::milliseconds(0), kLongestSleep);
  }

  void start_due();

  /// The last that spoke to the host: its connection is open, and knows how fast it may be.
  std::unique_ptr<HttpLoop> take_loop(const Origin& host) {
    {
      const std::lock_guard lock(mutex_);
      const auto known = std::find_if(idle_.rbegin(), idle_.rend(),
                                      [&](const IdleLoop& idle) { return idle.host == host; });
      if (known != idle_.rend()) {
        auto loop = std::move(known->loop);
        idle_.erase(std::next(known).base());
        return loop;
      }
    }
    return std::make_unique<HttpLoop>(options_, [](const Transfer&) {});
  }

  /// No loop: the transfer never began.
  void take_back(std::unique_ptr<HttpLoop> loop, const TransferQueue::Slot& slot) {
    IdleLoop oldest;  // closes its connections outside of the lock
    {
      const std::lock_guard lock(mutex_);
      queue_.finished(slot);
      if (loop) idle_.push_back({slot.host, std::move(loop)});
      if (idle_.size() > kMaxIdleLoops) {
        oldest = std::move(idle_.front());
        idle_.erase(idle_.begin());
      }
    }
    wake();  // the next transfer may start
  }

  void abandon() {
    shared_.abandon();
    const std::lock_guard lock(mutex_);
    for (const auto& transfer : queue_.drain()) {
      transfer->end(TransferFailure{
          oci::Error(oci::ErrorCode::kUnavailable, describe(transfer->request()) + ": given up"),
          false});
    }
  }

  const TransportOptions options_;
  std::mutex mutex_;  // guards what follows, to closing_
  TransferQueue queue_;
  std::vector<IdleLoop> idle_;
  bool closing_ = false;
  HttpLoop shared_;  // the thread's alone, but to wake it
  std::thread thread_;
};

/// What a bulk transfer has while it is under way: a place in the queue's count, and a loop.
class HttpThread::Engine::OwnLoop final : public TransferDriver {
 public:
  OwnLoop(Engine& engine, const std::shared_ptr<Transfer>& transfer)
      : engine_(engine), slot_(TransferQueue::slot_of(*transfer)), transfer_(transfer) {}
  ~OwnLoop() override {
    if (loop_) loop_->abandon();
    engine_.take_back(std::move(loop_), slot_);
  }
  OwnLoop(const OwnLoop&) = delete;
  OwnLoop& operator=(const OwnLoop&) = delete;

  bool move() override {
    if (!loop_) {
      loop_ = engine_.take_loop(slot_.host);
      loop_->start(transfer_.lock());
    }
    loop_->move();
    return !loop_->empty();
  }

  void sleep(const std::stop_token& stop) override {
    const std::stop_callback wake(stop, [this] { loop_->wake(); });
    loop_->sleep(kLongestSleep);
  }

 private:
  Engine& engine_;
  const TransferQueue::Slot slot_;
  const std::weak_ptr<Transfer> transfer_;  // its owner has it, and drives
  std::unique_ptr<HttpLoop> loop_;          // from the first move on
};

void HttpThread::Engine::start_due() {
  std::vector<std::shared_ptr<Transfer>> due;
  {
    const std::lock_guard lock(mutex_);
    due = queue_.take_due(Clock::now());
  }
  for (const auto& transfer : due) {
    if (is_moved_by_its_owner(transfer->request())) {
      transfer->give_driver(std::make_unique<OwnLoop>(*this, transfer));
    } else {
      shared_.start(transfer);
    }
  }
}

HttpThread::HttpThread(const TransportOptions& options)
    : engine_(std::make_unique<Engine>(options)) {}

HttpThread::~HttpThread() = default;

std::shared_ptr<Transfer> HttpThread::start(Request request) {
  auto transfer =
      std::make_shared<Transfer>(std::move(request), [engine = engine_.get()] { engine->wake(); });
  engine_->push(transfer);
  return transfer;
}

void HttpThread::hold(const Origin& host, Clock::time_point until) { engine_->hold(host, until); }

}  // namespace bale::registry
