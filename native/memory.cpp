// Memory of large tensors: one range of addresses, cut into blocks. A training step frees and asks for the same blocks
// again; handed back to the system in between, each costs page faults, and in malloc's heap what lives longer breaks them
// up. A request takes the smallest free block that holds it, cut to its size, and what is freed joins its neighbours.
#include "bridge.h"

#include <c10/core/Allocator.h>
#include <c10/core/CPUAllocator.h>
#include <c10/util/Exception.h>

#include <cstdlib>
#include <cstring>
#include <map>
#include <mutex>
#include <set>
#include <sys/mman.h>
#include <unistd.h>
#include <unordered_map>
#include <utility>

namespace {

constexpr size_t smallest = 64 << 10;     // bytes; below, malloc. No block is smaller
constexpr size_t page = 4096;
constexpr size_t addresses = 1ull << 40;  // set aside at the start; they cost nothing
constexpr size_t most_idle = 512u << 20;  // bytes kept in free blocks; beyond, they go back to the system

struct Range {
    char* start;  // null: none
    size_t size;
};

// Free ranges of addresses; no two of them touch.
class Ranges {
public:
    size_t total = 0;

    void add(char* start, size_t size) {
        auto after = by_place.lower_bound(start);
        if (after != by_place.end() && after->first == start + size) size += forget(after++);
        if (after != by_place.begin()) {
            auto before = std::prev(after);
            if (before->first + before->second == start) {
                start = before->first;
                size += forget(before);
            }
        }
        by_place.emplace(start, size);
        by_size.emplace(size, start);
        total += size;
    }

    // The front of the smallest that holds so much; a rest that is too small for a block goes with it.
    Range take(size_t size) {
        auto fit = by_size.lower_bound({size, nullptr});
        if (fit == by_size.end()) return {nullptr, 0};
        char* start = fit->second;
        size_t whole = forget(by_place.find(start));
        if (whole - size < smallest) return {start, whole};
        add(start + size, whole - size);
        return {start, size};
    }

    Range take_largest() {
        auto [size, start] = *by_size.rbegin();
        forget(by_place.find(start));
        return {start, size};
    }

private:
    using ByPlace = std::map<char*, size_t>;
    ByPlace by_place;
    std::set<std::pair<size_t, char*>> by_size;

    size_t forget(ByPlace::iterator range) {
        size_t size = range->second;
        by_size.erase({size, range->first});
        by_place.erase(range);
        total -= size;
        return size;
    }
};

class Blocks {
public:
    Blocks() {
        void* found = mmap(nullptr, addresses, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
        if (found == MAP_FAILED) return;
        base = static_cast<char*>(found);
        end = base + addresses;
        cold.add(base, addresses);
    }

    // Null where there is no room.
    void* take(size_t bytes) {
        if (bytes > machine) return nullptr;
        size_t size = (bytes + page - 1) / page * page;
        std::lock_guard<std::mutex> lock(mutex);
        auto block = warm.take(size);
        if (!block.start) block = cold.take(size);
        if (!block.start) return nullptr;
        sizes.emplace(block.start, block.size);
        in_use += block.size;
        return block.start;
    }

    // Says no to what is not from here.
    bool give_back(void* data) {
        char* block = static_cast<char*>(data);
        if (block < base || block >= end) return false;
        std::lock_guard<std::mutex> lock(mutex);
        auto used = sizes.find(block);
        in_use -= used->second;
        warm.add(block, used->second);
        sizes.erase(used);
        while (warm.total > most_idle) {
            auto most = warm.take_largest();
            madvise(most.start, most.size, MADV_DONTNEED);
            cold.add(most.start, most.size);
        }
        return true;
    }

    size_t used() {
        std::lock_guard<std::mutex> lock(mutex);
        return in_use;
    }

private:
    const size_t machine = static_cast<size_t>(sysconf(_SC_PHYS_PAGES)) * page;  // what its memory could never hold is malloc's to refuse
    char *base = nullptr, *end = nullptr;
    std::mutex mutex;
    Ranges warm, cold;  // with memory behind them, and without
    std::unordered_map<char*, size_t> sizes;  // of blocks in use
    size_t in_use = 0;
};

Blocks& blocks() {
    static auto* all = new Blocks;  // tensors may outlive everything else
    return *all;
}

void release(void* data) {
    if (!blocks().give_back(data)) std::free(data);
}

// Newer versions of libtorch want the first without const, and the last besides.
struct Allocator final : c10::Allocator {
    c10::DataPtr allocate(size_t bytes) const { return made(bytes); }
    c10::DataPtr allocate(size_t bytes) { return made(bytes); }
    void copy_data(void* to, const void* from, size_t count) const { std::memcpy(to, from, count); }

    c10::DeleterFnPtr raw_deleter() const override { return &release; }  // oneDNN's scratch memory goes through it

    static c10::DataPtr made(size_t bytes) {
        auto cpu = c10::Device(c10::DeviceType::CPU);
        if (bytes == 0) return {nullptr, nullptr, nullptr, cpu};
        void* data = nullptr;
        if (bytes >= smallest) data = blocks().take(bytes);
        if (!data && posix_memalign(&data, 64, bytes) != 0) data = nullptr;
        TORCH_CHECK(data, "not enough memory: ", bytes, " bytes were asked for");
        return {data, data, &release, cpu};
    }
};

const bool installed = [] {
    c10::SetCPUAllocator(new Allocator, 1);
    return true;
}();

}  // namespace

extern "C" int64_t va_memory_in_use(void) { return static_cast<int64_t>(blocks().used()); }
