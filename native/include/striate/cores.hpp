#pragma once

#include <filesystem>
#include <optional>

namespace striate {

/// How many threads of this process can run at once: the cores that it may be scheduled on,
/// and no more than its CPU quota, rounded up. At least 1.
int usable_cores();

/// The CPU time that this process's Linux control groups (version 1 or 2) grant it, in cores: 1.5 is three seconds of
/// work in two. Nothing where no limit is set. `root` is where "/" is; tests lay out their own.
std::optional<double> cpu_quota(const std::filesystem::path& root = "/");

}  // namespace striate
