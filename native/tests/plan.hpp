#pragma once

// Small plans for the tests of the kernels: maps and vectors in an arena, and a program that runs on them.

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "striate/program.hpp"

namespace striate::tests {

using Floats = std::vector<float>;
using Int = std::int64_t;

inline constexpr Int kPictures = 5;
inline constexpr double kEpsilon = 1.1920929e-7;

inline int failures = 0;

/// |got - wanted| <= terms eps (sum of the terms' absolute values): each term is rounded at most once for each sum.
inline void compare(const std::string& what, double got, double wanted, double absolute, Int terms) {
    if (std::abs(got - wanted) <= static_cast<double>(terms + 8) * kEpsilon * (absolute + std::abs(wanted))) return;
    if (++failures <= 20) std::printf("%s: %.9g, not %.9g\n", what.c_str(), got, wanted);
}

inline Floats random_floats(Int count) {
    static std::mt19937 generator(20260101);
    static std::normal_distribution<float> normal;
    Floats all(static_cast<std::size_t>(count));
    std::generate(all.begin(), all.end(), [] { return normal(generator); });
    return all;
}

/// A plan in the making: maps and vectors one behind the other in the arena.
struct Plan {
    striate::Sizes sizes;
    std::vector<std::pair<Int, Floats>> given;

    Plan() { sizes.capacity = kPictures; }

    Int& arena() { return sizes.floats[static_cast<std::size_t>(Space::arena)]; }

    striate::Tensor maps(Int height, Int width, Int channels, int halo = 0) {
        striate::Tensor t;
        t.space = Space::arena;
        t.pixel = striate::rounded_up(channels);
        t.row = (width + 2 * halo) * t.pixel;
        t.picture = (height + 2 * halo) * t.row;
        t.offset = arena() + halo * (t.row + t.pixel);
        t.height = static_cast<int>(height);
        t.width = static_cast<int>(width);
        t.channels = static_cast<int>(channels);
        t.top = t.bottom = t.left = t.right = halo;
        arena() += kPictures * t.picture;
        return t;
    }

    striate::Region vector(Int size) {
        const striate::Region region{Space::arena, arena(), striate::rounded_up(size)};
        arena() += region.size * kPictures;
        return region;
    }
};

/// A program in memory, its maps written and read by (picture, row, column, channel).
struct Running {
    striate::Program program;

    Running(const striate::Kernels& kernels, Plan& plan, std::vector<striate::Operation> operations, bool depth,
            int threads)
        : program(kernels, {segment(std::move(operations), depth)}, plan.sizes, threads) {}

    static striate::Segment segment(std::vector<striate::Operation> operations, bool depth) {
        striate::Segment one;
        one.operations = std::move(operations);
        one.depth = depth;
        one.block = 2;
        one.chunks = 3;
        return one;
    }

    float& at(const striate::Tensor& t, Int n, Int h, Int w, Int c) {
        return program.arena()[t.offset + n * t.picture + h * t.row + w * t.pixel + c];
    }

    void fill(const striate::Tensor& t, const Floats& values) {
        auto next = values.begin();
        each(t, [&](Int n, Int h, Int w, Int c) { at(t, n, h, w, c) = *next++; });
    }

    void run() {
        striate::Caller caller;
        caller.pictures = kPictures;
        program.run(caller, 0, 1);
    }

    template <typename Body>
    static void each(const striate::Tensor& t, Body body) {
        for (Int n = 0; n < kPictures; ++n) {
            for (Int h = 0; h < t.height; ++h) {
                for (Int w = 0; w < t.width; ++w) {
                    for (Int c = 0; c < t.channels; ++c) body(n, h, w, c);
                }
            }
        }
    }
};

struct Way {
    const striate::Kernels& kernels;
    bool depth;
    int threads;
    std::string name;
};

// Of grouped_tests.cpp.
void groups(const Way& way, Int channels, Int group);
void packing(const Way& way);

}  // namespace striate::tests
