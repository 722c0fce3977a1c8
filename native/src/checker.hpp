#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "striate/program.hpp"

namespace striate {

using Int = std::int64_t;

/// No plan of a network that fits into a computer has larger numbers; sums of products of two such cannot overflow.
inline constexpr Int kLargest = Int{1} << 40;

/// What one operation may touch. Each message ends the name of the segment and the operation.
class Checker {
  public:
    Checker(const Segment& segment, const Sizes& sizes, std::string where)
        : segment_(segment), sizes_(sizes), where_(std::move(where)) {}

    void operator()(const char* name, const Tensor& tensor) const {
        if (tensor.space == Space::none) return;
        require_space(tensor.space, name);
        for (const Int value :
             {tensor.picture, tensor.row, tensor.pixel, Int{tensor.height}, Int{tensor.width}, Int{tensor.channels},
              Int{tensor.top}, Int{tensor.bottom}, Int{tensor.left}, Int{tensor.right}}) {
            require(value >= 0 && value < kLargest, name, "has a negative or a huge size");
        }
        require(tensor.height > 0 && tensor.width > 0 && tensor.channels > 0, name, "has no values");
        require(tensor.channels <= tensor.pixel, name, "has pixels narrower than its channels");
        require((tensor.left + tensor.width + tensor.right) * tensor.pixel <= tensor.row, name, "has overlapping rows");
        const bool own = tensor.space == Space::arena || tensor.space == Space::block;
        require(
            !own || (tensor.pixel % rounding == 0 && tensor.offset % rounding == 0) || tensor.pixel == tensor.channels,
            name, "is not aligned");
        const Int begin = tensor.offset - tensor.top * tensor.row - tensor.left * tensor.pixel;
        const Int end = tensor.offset + (pictures(tensor.space) - 1) * tensor.picture +
                        (tensor.height + tensor.bottom - 1) * tensor.row + (tensor.width + tensor.right) * tensor.pixel;
        require(begin >= 0 && end <= size(tensor.space), name, "leaves its space");
        require(tensor.picture >= end - begin - (pictures(tensor.space) - 1) * tensor.picture, name,
                "has overlapping pictures");
    }

    void operator()(const char* name, const Region& region) const {
        if (region.space == Space::none) return;
        require_space(region.space, name);
        require(region.space != Space::block, name, "is a vector in a block");
        require(region.offset >= 0 && region.size > 0 && region.size < kLargest, name, "has an impossible size");
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
        if (!region.present()) return;
        require(count <= (size(region.space) - region.offset) / region.size, name, "has no room for its chunks");
    }

    void at_least(const char* name, const Region& region, Int floats) const {
        if (region.present()) require(region.size >= floats, name, "is too small");
    }

    void there(const char* name, bool present) const { require(present, name, "is missing"); }

    void same_maps(const char* name, const Tensor& a, const Tensor& b) const {
        if (!a.present() || !b.present()) return;
        require(a.height == b.height && a.width == b.width && a.channels == b.channels, name, "has another shape");
    }

    /// What kernels of whole vectors need.
    void rounded(const char* name, const Tensor& tensor) const {
        if (tensor.present()) require(tensor.pixel % rounding == 0, name, "has channels that are not rounded up");
    }

    /// Every window, with what it sees from `first` to `last` floats behind its corner, lies in the picture or its
    /// halo.
    void windows_inside(const char* name, const Tensor& x, const Windows& windows, Int first, Int last) const {
        const Int corner = windows.top * x.row + windows.left * x.pixel;
        const Int corner_last = corner + (windows.rows - Int{1}) * windows.down * x.row +
                                (windows.columns - Int{1}) * windows.across * x.pixel;
        const Int begin = -(x.top * x.row) - x.left * x.pixel;
        const Int end = (x.height + x.bottom - 1) * x.row + (x.width + x.right) * x.pixel;
        require(corner + first >= begin && corner_last + last <= end, name, "has windows outside of the maps");
    }

    void require(bool holds, std::string_view name, std::string_view what) const {
        if (!holds) throw InvalidPlan(where_ + ": " + std::string(name) + " " + std::string(what));
    }

    void slope_from_output(const char* name, const Function& function) const {
        require(has_slope_from_output(function.curve), name, "has a slope that its output does not tell");
    }

    /// A number, or so many, for each picture of a space that the caller gives, or of a vector.
    void for_each_picture(const char* name, Space space, Int floats) const {
        require(size(space) >= sizes_.capacity * floats, name, "is too small");
    }

    void for_each_picture(const char* name, const Region& region) const { at_least(name, region, sizes_.capacity); }

    [[nodiscard]] const Segment& segment() const { return segment_; }

  private:
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
