#pragma once

#include <cstdint>
#include <type_traits>

namespace striate {

/// A function to call with the number of a task and the number of the worker that does it; it owns nothing.
class Task {
  public:
    template <typename F>
    explicit Task(const F& function)
        : function_(&function),
          call_([](const void* f, std::int64_t task, int worker) { (*static_cast<const F*>(f))(task, worker); }) {}

    void operator()(std::int64_t task, int worker) const { call_(function_, task, worker); }

  private:
    const void* function_;
    void (*call_)(const void*, std::int64_t, int);
};

/// Does tasks 0 to count - 1 on at most `threads` threads of the process's pool, the caller's among them, and returns
/// when all are done. A task must not throw, and which worker does it must not change what it computes.
///
/// While one caller has the pool, another's tasks all run on its own thread, as worker 0.
void parallel_for(std::int64_t count, int threads, Task task);

/// More threads than this are never used.
inline constexpr int most_threads = 256;

}  // namespace striate
