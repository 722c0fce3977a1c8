#include "striate/threads.hpp"

#include <algorithm>
#include <atomic>
#include <mutex>
#include <thread>
#include <vector>

#if defined(__unix__) || defined(__APPLE__)
#include <pthread.h>
#endif

namespace striate {

namespace {

/// How often a waiting thread looks before it sleeps: some tens of microseconds, the gap between two operations.
constexpr int kSpins = 2000;

void pause() {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

/// Threads that wait for work. Helpers enter a round as they wake up; once its tasks are given out the round closes,
/// and only who has entered is waited for: a helper that the system holds up holds up nobody.
class Pool {
  public:
    ~Pool() {
        ending_ = true;
        wake();
        for (std::thread& helper : helpers_) helper.join();
    }

    void run(std::int64_t count, int threads, Task task) {
        const int helpers = static_cast<int>(std::min<std::int64_t>({threads, count, most_threads})) - 1;
        // Another caller has it, or this is a task that has tasks itself: do them here.
        if (helpers <= 0 || !busy_.try_lock()) {
            for (std::int64_t i = 0; i < count; ++i) task(i, 0);
            return;
        }
        const std::lock_guard<std::mutex> free_at_the_end(busy_, std::adopt_lock);
        grow(helpers);
        task_ = &task;
        count_ = count;
        wanted_ = helpers;
        next_ = 0;
        left_ = 0;
        entered_.store(0, std::memory_order_release);
        wake();
        work(0);
        const unsigned entered = entered_.fetch_or(kClosed, std::memory_order_acq_rel);
        await(left_, [entered](unsigned left) { return left == entered; });
    }

  private:
    static constexpr unsigned kClosed = 1U << 31;

    void grow(int helpers) {
        // A system that gives no more threads gets its work done by those that are there.
        try {
            while (static_cast<int>(helpers_.size()) < helpers) {
                const int number = static_cast<int>(helpers_.size()) + 1;
                helpers_.emplace_back([this, number, seen = round_.load()] { help(number, seen); });
            }
        } catch (const std::system_error&) {
        }
    }

    void wake() {
        round_.fetch_add(1, std::memory_order_release);
        round_.notify_all();
    }

    void help(int number, unsigned seen) {
        while (true) {
            await(round_, [seen](unsigned now) { return now != seen; });
            seen = round_.load(std::memory_order_acquire);
            if (ending_) return;
            if (!enter()) continue;
            if (number <= wanted_) work(number);
            left_.fetch_add(1, std::memory_order_release);
            left_.notify_one();
        }
    }

    /// Whether there is a round to take part in, of whatever number. What it is about is known from here on.
    bool enter() {
        unsigned entered = entered_.load(std::memory_order_relaxed);
        while ((entered & kClosed) == 0) {
            if (entered_.compare_exchange_weak(entered, entered + 1, std::memory_order_acq_rel)) return true;
        }
        return false;
    }

    void work(int worker) {
        for (std::int64_t i = next_++; i < count_; i = next_++) (*task_)(i, worker);
    }

    template <typename T, typename Condition>
    static void await(std::atomic<T>& value, Condition holds) {
        for (int i = 0; i < kSpins; ++i) {
            if (holds(value.load(std::memory_order_acquire))) return;
            pause();
        }
        for (T now = value.load(std::memory_order_acquire); !holds(now); now = value.load(std::memory_order_acquire)) {
            value.wait(now, std::memory_order_acquire);
        }
    }

    std::mutex busy_;
    std::vector<std::thread> helpers_;
    std::atomic<unsigned> round_{0};
    std::atomic<unsigned> entered_{kClosed}, left_{0};
    std::atomic<bool> ending_{false};
    // Of the open round; written while it is closed.
    const Task* task_ = nullptr;
    std::int64_t count_ = 0;
    int wanted_ = 0;
    std::atomic<std::int64_t> next_{0};
};

Pool* shared_pool = nullptr;
std::once_flag made;

/// The pool outlives everything: a thread that is joined while the interpreter ends could hang it.
Pool& pool() {
    std::call_once(made, [] {
        shared_pool = new Pool;
#if defined(__unix__) || defined(__APPLE__)
        // A forked child has none of its parent's threads: it begins with an empty pool.
        pthread_atfork(nullptr, nullptr, [] { shared_pool = new Pool; });
#endif
    });
    return *shared_pool;
}

}  // namespace

void parallel_for(std::int64_t count, int threads, Task task) { pool().run(count, threads, task); }

}  // namespace striate
