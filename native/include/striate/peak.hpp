#pragma once

namespace striate {

// What this machine can do at most, measured: the yardsticks of the benchmarks.

constexpr int kMostThreads = 256;  // that these take

/// Operations a second that so many threads reach in independent float32 multiply-adds which stay in registers, each
/// counted as two, with the widest vectors of this CPU, over about so many seconds.
double peak_flops(int threads, double seconds);

/// Bytes a second, over all threads, from and to memory that no cache holds.
struct Bandwidth {
    double read;   // sums of what is read
    double triad;  // a = b + s * c, two vectors read and one written: the STREAM benchmark of McCalpin 1995
};

/// Measured over about so many seconds, half for each; takes 384 MiB of memory.
Bandwidth bandwidth(int threads, double seconds);

}  // namespace striate
