#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <stdexcept>
#include <variant>
#include <vector>

#include "striate/kernels.hpp"
#include "striate/operations.hpp"
#include "striate/threads.hpp"
#include "striate/work.hpp"

namespace striate {

#define STRIATE_ALTERNATIVE(Operation, function) , Operation
using Operation = std::variant<std::monostate STRIATE_OPERATIONS(STRIATE_ALTERNATIVE)>;
#undef STRIATE_ALTERNATIVE

/// Operations that follow one another without waiting.
///
/// `depth`: each worker takes a block of pictures through all of them, so that what they hand on stays in its cache.
/// Otherwise every operation is done for all pictures before the next one begins, its work cut into parts.
/// The batch is cut into `chunks` of pictures, each with partial sums of its own: as many as the plan says (or as there
/// are pictures), whatever the number of threads.
struct Segment {
    std::vector<Operation> operations;
    bool depth = false;
    std::int64_t block = 1;
    std::int64_t chunks = 1;
    std::int64_t parts = most_threads;  ///< at most: small work is not worth a second thread
};

/// How many floats each space holds; `per_picture` says which of them grow with the batch.
struct Sizes {
    std::array<std::int64_t, static_cast<std::size_t>(Space::count)> floats{};
    std::int64_t capacity = 0;
};

/// A plan that would read or write outside of its memory. It names the segment, the operation and what is wrong.
class InvalidPlan : public std::invalid_argument {
  public:
    using std::invalid_argument::invalid_argument;
};

/// What a pass works on; each as large as the program's sizes say.
struct Caller {
    std::array<float*, static_cast<std::size_t>(Space::count)> bases{};
    std::int64_t pictures = 0;
    Key key;
};

/// 64-byte aligned floats, zero at first.
class Memory {
  public:
    explicit Memory(std::int64_t floats);
    [[nodiscard]] float* data() const { return floats_.get(); }

  private:
    struct Free {
        void operator()(float* floats) const;
    };
    std::unique_ptr<float[], Free> floats_;
};

/// A plan with the memory that it runs in.
class Program {
  public:
    /// Throws InvalidPlan where an operation would leave its space, std::bad_alloc where there is not enough memory.
    Program(const Kernels& kernels, std::vector<Segment> segments, Sizes sizes, int threads);

    /// Run segments first to last - 1 for the caller's pictures; allocates nothing.
    void run(Caller caller, std::size_t first, std::size_t last);

    [[nodiscard]] const Sizes& sizes() const { return sizes_; }
    [[nodiscard]] std::size_t segments() const { return segments_.size(); }
    [[nodiscard]] float* arena() const { return arena_.data(); }

  private:
    void run_depth_first(const Segment& segment, const Caller& caller) const;
    void run_in_turn(const Segment& segment, const Caller& caller) const;
    void run(const Operation& operation, const Work& work) const;

    const Kernels& kernels_;
    std::vector<Segment> segments_;
    Sizes sizes_;
    int threads_;
    Memory arena_, blocks_;
};

/// Throws InvalidPlan where an operation of a segment would leave a space of these sizes.
void check(const Segment& segment, const Sizes& sizes, std::size_t number);

/// The same for maps of the arena that are read from outside.
void check_maps(const Tensor& tensor, const Sizes& sizes);

}  // namespace striate
