#include "striate/program.hpp"

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <new>
#include <utility>

#include "striate/threads.hpp"

#if defined(__linux__)
#include <sys/mman.h>
#endif

namespace striate {

namespace {

constexpr std::size_t kAlignment = 64;
constexpr std::size_t kLargePage = std::size_t{2} << 20;
constexpr auto kArena = static_cast<std::size_t>(Space::arena);
constexpr auto kBlock = static_cast<std::size_t>(Space::block);

/// More parts than threads, so that a thread that the system holds up leaves its share to the others.
constexpr std::int64_t kPartsPerThread = 4;

#if defined(_WIN32)
void* aligned(std::size_t alignment, std::size_t bytes) { return _aligned_malloc(bytes, alignment); }
#else
void* aligned(std::size_t alignment, std::size_t bytes) { return std::aligned_alloc(alignment, bytes); }
#endif

std::size_t multiple(std::size_t bytes, std::size_t of) { return (bytes + of - 1) / of * of; }

/// Memory of zeros. Much of it comes in large pages where the system has them: maps are gone through from end to end,
/// and the processor fetches ahead no further than a page's end.
float* allocate(std::int64_t floats) {
    const std::size_t wanted = std::max(static_cast<std::size_t>(floats) * sizeof(float), kAlignment);
    const std::size_t alignment = wanted >= kLargePage / 2 ? kLargePage : kAlignment;
    const std::size_t bytes = multiple(wanted, alignment);
    void* memory = aligned(alignment, bytes);
    if (memory == nullptr) throw std::bad_alloc();
#if defined(__linux__) && defined(MADV_HUGEPAGE)
    if (alignment == kLargePage) (void)madvise(memory, bytes, MADV_HUGEPAGE);  // advice: small pages do, too
#endif
    std::memset(memory, 0, bytes);
    return static_cast<float*>(memory);
}

/// How much memory a plan needs, once it is known to stay within it.
std::int64_t checked_floats(const std::vector<Segment>& segments, const Sizes& sizes) {
    for (std::size_t i = 0; i < segments.size(); ++i) check(segments[i], sizes, i);
    return sizes.floats[kArena] + slack;
}

/// Memory of a worker; the slack behind it is read by nobody else's kernels.
std::int64_t block_floats(const Sizes& sizes) { return rounded_up(sizes.floats[kBlock] + slack); }

}  // namespace

Memory::Memory(std::int64_t floats) : floats_(allocate(floats)) {}

void Memory::Free::operator()(float* floats) const {
#if defined(_WIN32)
    _aligned_free(floats);
#else
    std::free(floats);
#endif
}

Program::Program(const Kernels& kernels, std::vector<Segment> segments, Sizes sizes, int threads)
    : kernels_(kernels),
      segments_(std::move(segments)),
      sizes_(sizes),
      threads_(std::clamp(threads, 1, most_threads)),
      arena_(checked_floats(segments_, sizes)),
      blocks_(block_floats(sizes) * threads_) {}

void Program::run(Caller caller, std::size_t first, std::size_t last) {
    caller.bases[kArena] = arena_.data();
    for (std::size_t i = first; i < last; ++i) {
        const Segment& segment = segments_[i];
        if (segment.depth) {
            run_depth_first(segment, caller);
        } else {
            run_in_turn(segment, caller);
        }
    }
}

void Program::run_depth_first(const Segment& segment, const Caller& caller) const {
    const std::int64_t chunks = std::min(segment.chunks, caller.pictures);
    // Without partial sums every block may go to another worker.
    const bool apart = segment.chunks == 1;
    const std::int64_t blocks = (caller.pictures + segment.block - 1) / segment.block;
    const auto task = [&](std::int64_t number, int worker) {
        Work work{.bases = caller.bases, .pictures = caller.pictures, .key = caller.key};
        work.bases[kBlock] = blocks_.data() + worker * block_floats(sizes_);
        const Range mine = apart
                               ? Range{number * segment.block, std::min((number + 1) * segment.block, caller.pictures)}
                               : share_of(caller.pictures, number, chunks);
        work.chunk = apart ? 0 : number;
        work.chunks = chunks;
        for (work.first = mine.first; work.first < mine.last; work.first = work.last) {
            work.last = std::min(work.first + segment.block, mine.last);
            work.block_first = work.first;
            for (const Operation& operation : segment.operations) run(operation, work);
            work.begins_chunk = false;
        }
    };
    parallel_for(apart ? blocks : chunks, threads_, Task(task));
}

void Program::run_in_turn(const Segment& segment, const Caller& caller) const {
    const std::int64_t chunks = std::max<std::int64_t>(1, std::min(segment.chunks, caller.pictures));
    const std::int64_t wanted = threads_ == 1 ? 1 : std::min(segment.parts, threads_ * kPartsPerThread);
    const std::int64_t parts = (wanted + chunks - 1) / chunks;
    for (const Operation& operation : segment.operations) {
        const auto task = [&](std::int64_t number, int) {
            Work work{.bases = caller.bases, .pictures = caller.pictures, .key = caller.key};
            work.chunk = number / parts;
            work.chunks = chunks;
            work.part = number % parts;
            work.parts = parts;
            const Range mine = share_of(caller.pictures, work.chunk, chunks);
            work.first = mine.first;
            work.last = mine.last;
            run(operation, work);
        };
        parallel_for(chunks * parts, threads_, Task(task));
    }
}

void Program::run(const Operation& operation, const Work& work) const {
    struct Runner {
        const Kernels& kernels;
        const Work& work;
        void operator()(const std::monostate&) const {}
#define STRIATE_RUN(Kind, function) \
    void operator()(const Kind& each) const { kernels.function(each, work); }
        STRIATE_OPERATIONS(STRIATE_RUN)
#undef STRIATE_RUN
    };
    std::visit(Runner{kernels_, work}, operation);
}

}  // namespace striate
