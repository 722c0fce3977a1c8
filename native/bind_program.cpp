#include <nanobind/ndarray.h>
#include <nanobind/stl/optional.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/string_view.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <array>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bindings.hpp"
#include "striate/fields.hpp"
#include "striate/program.hpp"

using namespace nb::literals;

namespace {

using Floats = nb::ndarray<const float, nb::c_contig, nb::device::cpu>;
using FloatsOut = nb::ndarray<float, nb::c_contig, nb::device::cpu>;

/// Reads a plan from objects of Python with the operations' names and fields.
class Reader {
  public:
    explicit Reader(nb::handle from) : from_(from) {}

    template <typename T>
    void operator()(const char* name, T& field) const {
        read(nb::getattr(from_, name), field, name);
    }

  private:
    template <typename T>
    static void read(nb::handle value, T& field, const char* name) {
        if constexpr (std::is_enum_v<T>) {
            field = static_cast<T>(number<std::int32_t>(value, name));
        } else if constexpr (std::is_same_v<T, bool>) {
            field = nb::cast<bool>(value);
        } else if constexpr (std::is_integral_v<T>) {
            field = number<T>(value, name);
        } else if constexpr (std::is_floating_point_v<T>) {
            field = static_cast<T>(nb::cast<double>(value));
        } else {
            read_structure(value, field, name);
        }
    }

    template <typename T>
    static T number(nb::handle value, const char* name) {
        const auto wide = nb::cast<std::int64_t>(value);
        if (wide < std::numeric_limits<T>::min() || wide > std::numeric_limits<T>::max()) {
            throw striate::InvalidPlan(std::string(name) + " is out of range");
        }
        return static_cast<T>(wide);
    }

    template <typename T>
    static void read_structure(nb::handle value, std::vector<T>& field, const char* name) {
        for (nb::handle each : value) read(each, field.emplace_back(), name);
    }

    template <typename T>
    static void read_structure(nb::handle value, T& field, const char*) {
        // None: an operand that is not there.
        if (!value.is_none()) visit_fields(field, Reader(value));
    }

    nb::handle from_;
};

striate::Operation operation(nb::handle from) {
    const auto name = nb::cast<std::string>(nb::getattr(nb::getattr(from, "__class__"), "__name__"));
#define STRIATE_READ(Kind, function)      \
    if (name == #Kind) {                  \
        striate::Kind read;               \
        visit_fields(read, Reader(from)); \
        return read;                      \
    }
    STRIATE_OPERATIONS(STRIATE_READ)
#undef STRIATE_READ
    throw striate::InvalidPlan("no operation is called '" + name + "'");
}

striate::Segment segment(nb::handle from) {
    striate::Segment read;
    read.depth = nb::cast<bool>(nb::getattr(from, "depth"));
    read.block = nb::cast<std::int64_t>(nb::getattr(from, "block"));
    read.chunks = nb::cast<std::int64_t>(nb::getattr(from, "chunks"));
    read.parts = nb::cast<std::int64_t>(nb::getattr(from, "parts"));
    for (nb::handle each : nb::getattr(from, "operations")) read.operations.push_back(operation(each));
    return read;
}

constexpr auto kSpaces = static_cast<std::size_t>(striate::Space::count);

/// A program with what Python asks of it: arguments checked, the interpreter's lock released while it runs.
class BoundProgram {
  public:
    BoundProgram(std::string_view isa, nb::handle segments, const std::vector<std::int64_t>& sizes,
                 std::int64_t capacity, int threads)
        : program_(kernels(isa), read(segments), checked(sizes, capacity), threads) {}

    void run(std::optional<Floats> input, std::optional<Floats> target, std::optional<Floats> share,
             std::optional<Floats> theta, std::optional<Floats> state, std::optional<FloatsOut> gradient,
             std::optional<FloatsOut> statistics, std::int64_t pictures, std::uint64_t seed, std::uint64_t step,
             std::uint64_t first_picture, std::size_t first, std::size_t last) {
        if (pictures < 1 || pictures > program_.sizes().capacity) {
            throw striate::InvalidPlan("the number of pictures is not from 1 to the capacity");
        }
        if (first > last || last > program_.segments()) throw striate::InvalidPlan("there are no such segments");
        striate::Caller caller;
        caller.pictures = pictures;
        caller.key = {.seed = seed, .step = static_cast<std::uint32_t>(step), .first = first_picture};
        const auto take = [&](striate::Space space, const auto& array, bool per_picture) {
            const auto place = static_cast<std::size_t>(space);
            std::int64_t wanted = program_.sizes().floats[place];
            if (per_picture) wanted = wanted / program_.sizes().capacity * pictures;
            if (static_cast<std::int64_t>(array ? array->size() : 0) < wanted) {
                throw striate::InvalidPlan("an array has " + std::to_string(array ? array->size() : 0) +
                                           " numbers, the plan reads " + std::to_string(wanted));
            }
            if (array) caller.bases[place] = const_cast<float*>(array->data());
        };
        take(striate::Space::input, input, true);
        take(striate::Space::target, target, true);
        take(striate::Space::share, share, true);
        take(striate::Space::theta, theta, false);
        take(striate::Space::state, state, false);
        take(striate::Space::gradient, gradient, false);
        take(striate::Space::statistics, statistics, false);
        nb::gil_scoped_release others_may_run;
        program_.run(caller, first, last);
    }

    /// Copy maps of the first pictures out of the arena, without halo and rounding.
    void read_maps(nb::handle tensor, FloatsOut to, std::int64_t pictures) {
        move(tensor, to.data(), static_cast<std::int64_t>(to.size()), pictures,
             [](float* own, float* theirs) { *theirs = *own; });
    }

    /// The other way; the rounding and the halo become 0.
    void write_maps(nb::handle tensor, Floats from, std::int64_t pictures) {
        const striate::Tensor map = checked_map(tensor, static_cast<std::int64_t>(from.size()), pictures);
        for (std::int64_t n = 0; n < pictures; ++n) {
            float* picture = program_.arena() + map.offset + n * map.picture;
            for (std::int64_t r = -map.top; r < map.height + map.bottom; ++r) {
                float* row = picture + r * map.row - map.left * map.pixel;
                std::fill(row, row + (map.left + map.width + map.right) * map.pixel, 0.0F);
            }
        }
        move(tensor, const_cast<float*>(from.data()), static_cast<std::int64_t>(from.size()), pictures,
             [](float* own, const float* theirs) { *own = *theirs; });
    }

    /// Copy numbers out of the arena.
    void read_numbers(std::int64_t offset, FloatsOut to) {
        const auto size = static_cast<std::int64_t>(to.size());
        const std::int64_t arena = program_.sizes().floats[static_cast<std::size_t>(striate::Space::arena)];
        if (offset < 0 || offset > arena || size > arena - offset) throw striate::InvalidPlan("the arena ends before");
        std::copy_n(program_.arena() + offset, size, to.data());
    }

  private:
    static const striate::Kernels& kernels(std::string_view isa) {
        const striate::Kernels* found = striate::kernels_named(isa);
        if (found == nullptr) throw striate::InvalidPlan("this CPU has no '" + std::string(isa) + "'");
        return *found;
    }

    static std::vector<striate::Segment> read(nb::handle segments) {
        std::vector<striate::Segment> all;
        for (nb::handle each : segments) all.push_back(segment(each));
        return all;
    }

    static striate::Sizes checked(const std::vector<std::int64_t>& sizes, std::int64_t capacity) {
        constexpr std::int64_t most = std::int64_t{1} << 40;
        if (sizes.size() != kSpaces) throw striate::InvalidPlan("there must be a size for each space");
        if (capacity < 1 || capacity > most) throw striate::InvalidPlan("the capacity is impossible");
        striate::Sizes all;
        all.capacity = capacity;
        for (std::size_t i = 0; i < kSpaces; ++i) {
            if (sizes[i] < 0 || sizes[i] > most) throw striate::InvalidPlan("a space has an impossible size");
            all.floats[i] = sizes[i];
        }
        return all;
    }

    striate::Tensor checked_map(nb::handle tensor, std::int64_t numbers, std::int64_t pictures) {
        striate::Tensor map;
        visit_fields(map, Reader(tensor));
        if (map.space != striate::Space::arena) throw striate::InvalidPlan("only the arena's maps are read");
        striate::check_maps(map, program_.sizes());
        if (pictures < 1 || pictures > program_.sizes().capacity ||
            numbers != pictures * map.height * map.width * map.channels) {
            throw striate::InvalidPlan("the array has another size than the maps");
        }
        return map;
    }

    template <typename Move>
    void move(nb::handle tensor, float* array, std::int64_t numbers, std::int64_t pictures, Move one) {
        const striate::Tensor map = checked_map(tensor, numbers, pictures);
        for (std::int64_t n = 0; n < pictures; ++n) {
            for (std::int64_t r = 0; r < map.height; ++r) {
                for (std::int64_t c = 0; c < map.width; ++c) {
                    float* pixel = program_.arena() + map.offset + n * map.picture + r * map.row + c * map.pixel;
                    for (std::int64_t k = 0; k < map.channels; ++k) one(pixel + k, array++);
                }
            }
        }
    }

    striate::Program program_;
};

/// Name, lanes and registers of what this CPU can run, from the plainest to the best.
std::vector<nb::tuple> kernel_sets() {
    std::vector<nb::tuple> sets;
    for (const striate::Kernels* each : striate::usable_kernels()) {
        sets.push_back(nb::make_tuple(each->name, each->lanes, each->registers));
    }
    return sets;
}

/// The fields of each operation, for a test that Python's dataclasses have the same.
nb::dict operation_fields() {
    nb::dict all;
#define STRIATE_LIST(Kind, function)                                                       \
    {                                                                                      \
        nb::list names;                                                                    \
        striate::Kind each;                                                                \
        visit_fields(each, [&](const char* name, auto&) { names.append(nb::str(name)); }); \
        all[#Kind] = names;                                                                \
    }
    STRIATE_OPERATIONS(STRIATE_LIST)
#undef STRIATE_LIST
    return all;
}

}  // namespace

void bind_program(nb::module_& m) {
    nb::exception<striate::InvalidPlan>(m, "InvalidPlan", PyExc_ValueError);
    m.def("kernel_sets", &kernel_sets);
    m.def("operation_fields", &operation_fields);
    nb::class_<BoundProgram>(m, "Program")
        .def(nb::init<std::string_view, nb::handle, const std::vector<std::int64_t>&, std::int64_t, int>(), "isa"_a,
             "segments"_a, "sizes"_a, "capacity"_a, "threads"_a)
        .def("run", &BoundProgram::run, nb::kw_only(), "input"_a.noconvert().none(), "target"_a.noconvert().none(),
             "share"_a.noconvert().none(), "theta"_a.noconvert().none(), "state"_a.noconvert().none(),
             "gradient"_a.noconvert().none(), "statistics"_a.noconvert().none(), "pictures"_a, "seed"_a, "step"_a,
             "first_picture"_a, "first"_a, "last"_a)
        .def("read_numbers", &BoundProgram::read_numbers, "offset"_a, "to"_a.noconvert())
        .def("read_maps", &BoundProgram::read_maps, "tensor"_a, "to"_a.noconvert(), "pictures"_a)
        .def("write_maps", &BoundProgram::write_maps, "tensor"_a, "values"_a.noconvert(), "pictures"_a);
}
