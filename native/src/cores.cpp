#include "striate/cores.hpp"

#include <algorithm>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#if defined(__linux__)
#include <sched.h>
#endif

namespace striate {

namespace {

namespace fs = std::filesystem;

constexpr double kUnlimited = std::numeric_limits<double>::infinity();

/// The group of this process in one tree of control groups: a line of /proc/self/cgroup.
struct Membership {
    std::string controllers;  // "cpu,cpuacct"; empty: the one tree of version 2
    std::string group;
};

/// Where a tree of control groups can be read: a line of /proc/self/mountinfo.
struct Mount {
    std::string group;  // the group that is seen at this place: "/", or the container's
    std::string place;
    std::string kind;  // "cgroup2", or "cgroup" for version 1
};

std::vector<Membership> memberships(const fs::path& root) {
    std::vector<Membership> found;
    std::ifstream file(root / "proc/self/cgroup");
    for (std::string number, controllers, group;
         std::getline(file, number, ':') && std::getline(file, controllers, ':') && std::getline(file, group);)
        found.push_back({controllers, group});
    return found;
}

std::vector<Mount> mounts(const fs::path& root) {
    std::vector<Mount> found;
    std::ifstream file(root / "proc/self/mountinfo");
    for (std::string line; std::getline(file, line);) {
        std::istringstream fields(line);
        std::string skipped;
        Mount mount;
        fields >> skipped >> skipped >> skipped >> mount.group >> mount.place;
        while (fields >> skipped && skipped != "-") continue;  // options, and a varying number of optional fields
        fields >> mount.kind;
        found.push_back(mount);
    }
    return found;
}

bool lists_cpu(const std::string& names) {
    std::istringstream stream(names);
    for (std::string name; std::getline(stream, name, ',');)
        if (name == "cpu") return true;
    return false;
}

/// Whether a quota may stand there. (Of version 1's many trees only that of the controller "cpu" has the files.)
bool may_limit(const Mount& mount, const Membership& membership) {
    if (mount.kind == "cgroup2") return membership.controllers.empty();
    return mount.kind == "cgroup" && lists_cpu(membership.controllers);
}

/// Microseconds of work in a period of so many microseconds; "max" (version 2) or -1 (version 1) is no limit.
double cores_granted(std::istream& quota, std::istream& period) {
    double work = 0, span = 0;
    const bool limited = quota >> work && period >> span && work > 0 && span > 0;
    return limited ? work / span : kUnlimited;
}

double quota_of(const fs::path& group, const std::string& kind) {
    if (kind == "cgroup2") {
        std::ifstream both(group / "cpu.max");
        return cores_granted(both, both);
    }
    std::ifstream quota(group / "cpu.cfs_quota_us"), period(group / "cpu.cfs_period_us");
    return cores_granted(quota, period);
}

/// The least of the quotas on the way from the tree's top to a group: each holds for all that is below it.
double least_quota(fs::path group, const fs::path& way, const std::string& kind) {
    double least = quota_of(group, kind);
    for (const fs::path& step : way) {
        group /= step;
        least = std::min(least, quota_of(group, kind));
    }
    return least;
}

int schedulable_cores() {
#if defined(__linux__)
    // The kernel refuses a set that has no room for all its cores: one cpu_set_t holds 1024.
    for (std::size_t length = 1; length <= 64; length *= 2) {
        std::vector<cpu_set_t> cores(length);
        const std::size_t bytes = length * sizeof(cpu_set_t);
        if (sched_getaffinity(0, bytes, cores.data()) == 0) return CPU_COUNT_S(bytes, cores.data());
    }
#endif
    return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));  // 0: not known
}

}  // namespace

std::optional<double> cpu_quota(const fs::path& root) {
    double least = kUnlimited;
    const auto groups = memberships(root);
    for (const Mount& mount : mounts(root))
        for (const Membership& membership : groups)
            if (may_limit(mount, membership)) {
                const fs::path top = root / fs::path(mount.place).relative_path();
                const fs::path way = fs::path(membership.group).lexically_relative(mount.group);
                least = std::min(least, least_quota(top, way, mount.kind));
            }
    return std::isinf(least) ? std::nullopt : std::optional(least);
}

int usable_cores() {
    const int cores = schedulable_cores();
    const double quota = std::ceil(cpu_quota().value_or(cores));
    return quota < cores ? static_cast<int>(quota) : cores;
}

}  // namespace striate
