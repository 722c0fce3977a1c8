#include "striate/peak.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <string_view>
#include <thread>
#include <vector>

#include "striate/cpu.hpp"

namespace striate {

namespace {

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point began) { return std::chrono::duration<double>(Clock::now() - began).count(); }

/// Units of work a second: every thread does `slice(thread)`, which answers how much it did, until the time is over.
template <class Slice>
double rate(int threads, double seconds, Slice slice) {
    std::vector<double> rates(threads);
    std::atomic<int> waiting{threads};
    const auto work = [&](int thread) {
        slice(thread);  // once for nothing: pages, caches, the clock of the CPU
        for (--waiting; waiting > 0;) std::this_thread::yield();
        const auto began = Clock::now();
        double done = 0, elapsed = 0;
        do {
            done += slice(thread);
            elapsed = seconds_since(began);
        } while (elapsed < seconds);
        rates[thread] = done / elapsed;
    };
    std::vector<std::thread> others;
    for (int thread = 1; thread < threads; ++thread) others.emplace_back(work, thread);
    work(0);
    for (std::thread& other : others) other.join();
    return std::accumulate(rates.begin(), rates.end(), 0.0);
}

constexpr int kRepeats = 20'000;  // some tens of microseconds: short against any clock's tick that matters

// 12 sums: two units of a latency of 4 or 5 cycles each need 8 to 10, and 16 registers hold no more than 14.
// Where 1/2 and 1 go in, every sum stays near 2. A macro, since a function's target cannot be a template's parameter.
#define STRIATE_MULTIPLY_ADDS(NAME, LANES, TARGET)                                        \
    TARGET double NAME(float* result) {                                                   \
        typedef float Vector __attribute__((vector_size(LANES * sizeof(float))));         \
        const float half = *result * 0.5f, one = *result;                                 \
        const Vector a = half - Vector{}, b = one - Vector{};                             \
        Vector s0 = b, s1 = b + a, s2 = s1 + a, s3 = s2 + a, s4 = s3 + a, s5 = s4 + a;    \
        Vector s6 = b, s7 = b - a, s8 = s7 - a, s9 = s8 - a, s10 = s9 - a, s11 = s10 - a; \
        for (int i = 0; i < kRepeats; ++i) {                                              \
            s0 = s0 * a + b;                                                              \
            s1 = s1 * a + b;                                                              \
            s2 = s2 * a + b;                                                              \
            s3 = s3 * a + b;                                                              \
            s4 = s4 * a + b;                                                              \
            s5 = s5 * a + b;                                                              \
            s6 = s6 * a + b;                                                              \
            s7 = s7 * a + b;                                                              \
            s8 = s8 * a + b;                                                              \
            s9 = s9 * a + b;                                                              \
            s10 = s10 * a + b;                                                            \
            s11 = s11 * a + b;                                                            \
        }                                                                                 \
        const Vector sum = s0 + s1 + s2 + s3 + s4 + s5 + s6 + s7 + s8 + s9 + s10 + s11;   \
        *result = sum[0] / 24;                                                            \
        return 2.0 * LANES * 12 * kRepeats;                                               \
    }

STRIATE_MULTIPLY_ADDS(multiply_adds_plain, 4, )
#if defined(__x86_64__)
STRIATE_MULTIPLY_ADDS(multiply_adds_avx2, 8, __attribute__((target("avx2,fma"))))
STRIATE_MULTIPLY_ADDS(multiply_adds_avx512, 16, __attribute__((target("avx512f"))))
#endif
#undef STRIATE_MULTIPLY_ADDS

using MultiplyAdds = double (*)(float*);

MultiplyAdds widest() {
#if defined(__x86_64__)
    const auto sets = instruction_sets();
    const auto has = [&](std::string_view name) { return std::find(sets.begin(), sets.end(), name) != sets.end(); };
    if (has("x86-64-v4")) return &multiply_adds_avx512;
    if (has("x86-64-v3")) return &multiply_adds_avx2;
#endif
    return &multiply_adds_plain;
}

typedef float Line __attribute__((vector_size(64)));  // a line of the cache

constexpr std::size_t kLines = std::size_t{1} << 21;  // 128 MiB: more than any L3 of an ordinary computer
constexpr std::size_t kChunk = std::size_t{1} << 12;  // lines between two looks at the clock: 256 KiB
static_assert(kLines / kMostThreads >= kChunk, "every thread has a chunk of its own");

/// The part of a vector that belongs to a thread, gone through chunk by chunk, again and again.
struct Part {
    std::size_t first, last, next;

    std::size_t advance() {
        const std::size_t begin = next;
        next = next + 2 * kChunk <= last ? next + kChunk : first;
        return begin;
    }
};

std::vector<Part> parts(int threads) {
    std::vector<Part> all;
    for (int thread = 0; thread < threads; ++thread) {
        const std::size_t first = kLines * thread / threads;
        all.push_back({first, kLines * (thread + 1) / threads, first});
    }
    return all;
}

}  // namespace

double peak_flops(int threads, double seconds) {
    const MultiplyAdds multiply_adds = widest();
    std::vector<Line> results(threads, Line{} + 1.0f);  // one line each, so that no two threads write to the same
    return rate(threads, seconds, [&](int thread) {
        float value = results[thread][0];
        const double done = multiply_adds(&value);
        results[thread][0] = value;
        return done;
    });
}

Bandwidth bandwidth(int threads, double seconds) {
    std::vector<Line> a(kLines, Line{}), b(kLines, Line{} + 1.0f), c(kLines, Line{} + 2.0f);
    std::vector<Line> sums(threads, Line{});
    auto places = parts(threads);
    const double read = rate(threads, seconds / 2, [&](int thread) {
        const Line* from = b.data() + places[thread].advance();
        Line sum0{}, sum1{}, sum2{}, sum3{};
        for (std::size_t i = 0; i < kChunk; i += 4) {
            sum0 += from[i];
            sum1 += from[i + 1];
            sum2 += from[i + 2];
            sum3 += from[i + 3];
        }
        sums[thread] += sum0 + sum1 + sum2 + sum3;
        return static_cast<double>(kChunk * sizeof(Line));
    });
    places = parts(threads);
    const double triad = rate(threads, seconds / 2, [&](int thread) {
        const std::size_t begin = places[thread].advance();
        for (std::size_t i = begin; i < begin + kChunk; ++i) a[i] = b[i] + 3.0f * c[i];
        return static_cast<double>(3 * kChunk * sizeof(Line));
    });
    return {read, triad};
}

}  // namespace striate
