#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "striate/program.hpp"

namespace striate {

using Int = std::int64_t;

/// Room for any product of two numbers of a plan. 2^63 is soon reached: what wraps around would seem to fit.
__extension__ typedef __int128 Wide;

/// No plan of a network that fits into a computer has larger numbers.
constexpr Int kLargest = Int{1} << 40;

/// What one operation may touch. Each message ends the name of the segment and the operation.
class Checker {
  public:
    Checker(const Segment& segment, const Sizes& sizes, std::string where)
        : segment_(segment), sizes_(sizes), where_(std::move(where)) {}

    void operator()(const char* name, const Tensor& tensor) const {
        if (tensor.space == Space::none) return;
        require_space(tensor.space, name);
        for (const Int value :
             {tensor.offset, tensor.picture, tensor.row, tensor.pixel, Int{tensor.height}, Int{tensor.width},
              Int{tensor.channels}, Int{tensor.top}, Int{tensor.bottom}, Int{tensor.left}, Int{tensor.right}}) {
            require(value >= 0 && value < kLargest, name, "has a negative or a huge size");
        }
        require(tensor.height > 0 && tensor.width > 0 && tensor.channels > 0, name, "has no values");
        require(tensor.channels <= tensor.pixel, name, "has pixels narrower than its channels");
        const Wide width = Wide{tensor.left} + tensor.width + tensor.right;
        require(width * tensor.pixel <= tensor.row, name, "has overlapping rows");
        require(!own(tensor.space) || (tensor.pixel % rounding == 0 && tensor.offset % rounding == 0) ||
                    tensor.pixel == tensor.channels,
                name, "is not aligned");
        // Of the first picture; the others follow.
        const Wide before = Wide{tensor.top} * tensor.row + Wide{tensor.left} * tensor.pixel;
        const Wide after =
            (Wide{tensor.height} + tensor.bottom - 1) * tensor.row + (Wide{tensor.width} + tensor.right) * tensor.pixel;
        const Wide begin = tensor.offset - before, end = tensor.offset + after;
        require(begin >= 0 && end + Wide{pictures(tensor.space) - 1} * tensor.picture <= size(tensor.space), name,
                "leaves its space");
        require(tensor.picture >= end - begin, name, "has overlapping pictures");
        // Of fewer pictures the caller gives as many of these shares.
        const Int share = size(tensor.space) / sizes_.capacity;
        require(!grows(tensor.space) || (end <= share && tensor.picture <= share), name, "leaves its picture");
    }

    void operator()(const char* name, const Region& region) const {
        if (region.space == Space::none) return;
        require_space(region.space, name);
        require(region.space != Space::block, name, "is a vector in a block");
        require(!grows(region.space), name, "is a vector in what grows with the batch");
        require(region.offset >= 0 && region.offset < kLargest && region.size > 0 && region.size < kLargest, name,
                "has an impossible size");
        require(region.offset + region.size <= size(region.space), name, "leaves its space");
    }

    void operator()(const char* name, const Function& function) const {
        require(function.curve >= Curve::linear && function.curve < Curve::count, name, "is no function");
    }

    void operator()(const char* name, const Windows& windows) const {
        for (const Int value : {windows.rows, windows.columns, windows.down, windows.across}) {
            require(value > 0, name, "has a size of 0 or less");
        }
    }

    template <typename Other>
    void operator()(const char*, const Other&) const {}

    /// Chunks of partial sums follow one another.
    void partial(const char* name, const Region& region) const { chunks(name, region, segment_.chunks); }

    void chunks(const char* name, const Region& region, Int count) const {
        require(count > 0, name, "has 0 chunks or less");
        if (!region.present()) return;
        require(count <= (size(region.space) - region.offset) / region.size, name, "has no room for its chunks");
    }

    void at_least(const char* name, const Region& region, Wide floats) const {
        if (region.present()) require(region.size >= floats, name, "is too small");
    }

    void there(const char* name, bool present) const { require(present, name, "is missing"); }

    void same_maps(const char* name, const Tensor& a, const Tensor& b) const {
        if (!a.present() || !b.present()) return;
        require(a.height == b.height && a.width == b.width && a.channels == b.channels, name, "has another shape");
    }

    /// What kernels of whole vectors need: channels rounded up, and room to read behind the last.
    void rounded(const char* name, const Tensor& tensor) const {
        if (!tensor.present()) return;
        require(tensor.pixel % rounding == 0, name, "has channels that are not rounded up");
        require(own(tensor.space), name, "is the caller's");
    }

    /// The caller's weights, running statistics and pictures are only read: their memory may not even allow more.
    template <typename Operand>
    void written(const char* name, const Operand& operand) const {
        require(!operand.present() || own(operand.space) || operand.space == Space::gradient ||
                    operand.space == Space::statistics,
                name, "is only read");
    }

    /// Every window, with what it sees from `first` to `last` floats behind its corner, lies in the picture or its
    /// halo.
    void windows_inside(const char* name, const Tensor& x, const Windows& windows, Wide first, Wide last) const {
        const Wide corner = Wide{windows.top} * x.row + Wide{windows.left} * x.pixel;
        const Wide down = (Wide{windows.rows} - 1) * windows.down;
        const Wide across = (Wide{windows.columns} - 1) * windows.across;
        require(down < kLargest && across < kLargest, name, "has windows outside of the maps");
        const Wide corner_last = corner + down * x.row + across * x.pixel;
        const Wide begin = -(Wide{x.top} * x.row) - Wide{x.left} * x.pixel;
        const Wide end = (Wide{x.height} + x.bottom - 1) * x.row + (Wide{x.width} + x.right) * x.pixel;
        require(corner + first >= begin && corner_last + last <= end, name, "has windows outside of the maps");
    }

    /// Every place is a pixel of the map; the halo is none.
    void places_inside(const Tensor& y, const Windows& windows, const Windows& places) const {
        require(windows.rows == places.rows && windows.columns == places.columns, "places", "has other windows");
        require(places.top >= 0 && places.left >= 0 && places.top + (places.rows - Int{1}) * places.down < y.height &&
                    places.left + (places.columns - Int{1}) * places.across < y.width,
                "places", "leaves the maps");
    }

    void require(bool holds, std::string_view name, std::string_view what) const {
        if (!holds) throw InvalidPlan(where_ + ": " + std::string(name) + " " + std::string(what));
    }

    void slope_from_output(const char* name, const Function& function) const {
        require(has_slope_from_output(function.curve), name, "has a slope that its output does not tell");
    }

    /// So many numbers for each picture of a space that the caller gives.
    void for_each_picture(const char* name, Space space, Wide floats) const {
        require(size(space) / sizes_.capacity >= floats, name, "is too small");
    }

    void for_each_picture(const char* name, const Region& region) const { at_least(name, region, sizes_.capacity); }

    [[nodiscard]] const Segment& segment() const { return segment_; }

  private:
    static bool own(Space space) { return space == Space::arena || space == Space::block; }
    static bool grows(Space space) { return space == Space::input || space == Space::target || space == Space::share; }

    void require_space(Space space, const char* name) const {
        require(space > Space::none && space < Space::count, name, "is in no space");
        require(space != Space::block || segment_.depth, name, "is in a block, and the segment has none");
    }

    [[nodiscard]] Int size(Space space) const { return sizes_.floats[static_cast<std::size_t>(space)]; }
    [[nodiscard]] Int pictures(Space space) const { return space == Space::block ? segment_.block : sizes_.capacity; }

    const Segment& segment_;
    const Sizes& sizes_;
    std::string where_;
};

// What each operation asks for beyond that its operands lie in their spaces: here those of check_layers.cpp.
void check_more(const MaxPool& op, const Checker& checker);
void check_more(const MaxPoolGradient& op, const Checker& checker);
void check_more(const AveragePool& op, const Checker& checker);
void check_more(const AveragePoolGradient& op, const Checker& checker);
void check_more(const ChannelStatistics& op, const Checker& checker);
void check_more(const NormStatistics& op, const Checker& checker);
void check_more(const NormGradientSums& op, const Checker& checker);
void check_more(const NormGradientFactors& op, const Checker& checker);
void check_more(const NormGradient& op, const Checker& checker);
void check_more(const LayerNorm& op, const Checker& checker);
void check_more(const LayerNormGradient& op, const Checker& checker);
void check_more(const Depthwise& op, const Checker& checker);
void check_more(const DepthwiseWeightGradient& op, const Checker& checker);
void check_more(const Repeat& op, const Checker& checker);
void check_more(const RepeatGradient& op, const Checker& checker);

}  // namespace striate
