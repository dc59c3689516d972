// SPDX-License-Identifier: GPL-2.0-only
#include "vif/placement.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include "context/file_lock.hpp"
#include "context/whole_file.hpp"
#include "words/kept_place.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

using Places = std::vector<KeptPlace>;

fs::path kept_file(const fs::path &root)
{
	return root / "var/lib/ringway/place.json";
}

Places read_kept(const fs::path &root)
{
	const fs::path file = kept_file(root);
	std::ifstream in(file);
	return in ? parse_kept_places(std::string(std::istreambuf_iterator<char>(in), {}), file.string())
		  : Places();
}

void write_kept(const fs::path &root, const Places &places)
{
	if (places.empty()) {
		remove_file(kept_file(root));
		return;
	}
	make_folder(kept_file(root).parent_path());
	replace_file(kept_file(root), kept_places_text(places), 0600);
}

KeptPlace place_of(const VifQueue &queue, unsigned cpu, const std::string &before)
{
	return {queue.uuid, queue.record.mac ? queue.record.mac->text() : "", queue.queue, cpu, before};
}

const KeptPlace *find(const Places &places, const KeptPlace &wanted)
{
	const auto at = std::find_if(places.begin(), places.end(),
				     [&](const KeptPlace &p) { return p.same_queue(wanted); });
	return at == places.end() ? nullptr : &*at;
}

// Moves interrupts; gone without done() they are all back where they were.
class Moves
{
public:
	explicit Moves(const fs::path &root) : root_(root) {}
	~Moves()
	{
		for (auto it = moved_.rbegin(); it != moved_.rend(); ++it) {
			try {
				set_affinity(root_, it->first, it->second);
			} catch (const Error &) { // its guest is gone, and the interrupt with it
			}
		}
	}
	Moves(const Moves &) = delete;
	Moves &operator=(const Moves &) = delete;

	// Whether anything had to be moved.
	bool move(const VifQueue &queue, const std::string &cpus)
	{
		bool any = false;
		for (const Interrupt &interrupt : queue.interrupts) {
			const std::string before = affinity(root_, interrupt.number);
			if (before != cpus) {
				set_affinity(root_, interrupt, cpus);
				moved_.emplace_back(interrupt, before);
				any = true;
			}
		}
		return any;
	}
	void done() { moved_.clear(); }

private:
	const fs::path &root_;
	std::vector<std::pair<Interrupt, std::string>> moved_;
};

std::string now_of(const fs::path &root, const VifQueue &queue)
{
	return affinity(root, queue.interrupts.front().number);
}

FileLock turn(Context &context)
{
	return FileLock(context.clock, own_locks(context.host.root()) / "place");
}

} // namespace

Placement plan_placement(const fs::path &root, std::vector<VifQueue> queues,
			 const std::vector<unsigned> &cpus, Algorithm algorithm, unsigned fill)
{
	Placement out{algorithm, fill, {}, {}};
	for (const unsigned cpu : cpus) {
		out.cpus.push_back({cpu, 0, 0});
	}
	std::vector<std::uint64_t> loads;
	for (const VifQueue &queue : queues) {
		loads.push_back(queue.load);
	}
	const std::vector<std::uint64_t> room(cpus.size(), whole_cpu / 100 * fill);
	const Packing packing = pack(loads, room, algorithm);
	const auto put = [&](PlacedQueue &placed, PlacedCpu &on) {
		placed.cpu = on.cpu;
		on.load += placed.queue.load;
		++on.queues;
	};
	for (std::size_t i = 0; i < queues.size(); ++i) {
		PlacedQueue placed{std::move(queues[i]), "", 0, packing.bin_of[i].has_value()};
		placed.now = now_of(root, placed.queue);
		if (placed.fits) {
			put(placed, out.cpus[*packing.bin_of[i]]);
		}
		out.queues.push_back(std::move(placed));
	}
	for (PlacedQueue &placed : out.queues) { // when it is known what all others take
		if (!placed.fits) {
			put(placed, *std::min_element(out.cpus.begin(), out.cpus.end(),
						      [](const PlacedCpu &a, const PlacedCpu &b) {
							      return a.load < b.load;
						      }));
		}
	}
	return out;
}

void apply_placement(Context &context, const Placement &placement)
{
	const FileLock lock = turn(context);
	const fs::path &root = context.host.root();
	const Places old = read_kept(root);
	Places fresh;
	for (const PlacedQueue &placed : placement.queues) {
		KeptPlace place = place_of(placed.queue, placed.cpu, placed.now);
		if (const KeptPlace *before = find(old, place)) {
			place.before = before->before; // where it was before the first placement
		}
		fresh.push_back(place);
	}
	for (const KeptPlace &place : old) { // of guests that are not there now
		if (find(fresh, place) == nullptr) {
			fresh.push_back(place);
		}
	}
	Moves moves(root);
	for (const PlacedQueue &placed : placement.queues) {
		moves.move(placed.queue, std::to_string(placed.cpu));
	}
	write_kept(root, fresh);
	moves.done();
}

std::vector<std::string> restore_placement(Context &context)
{
	const FileLock lock = turn(context);
	const fs::path &root = context.host.root();
	const Places kept = read_kept(root);
	std::vector<std::string> out;
	for (const VifQueue &queue : kept.empty() ? std::vector<VifQueue>() : find_queues(context)) {
		const KeptPlace *place = find(kept, place_of(queue, 0, ""));
		if (place == nullptr) {
			continue;
		}
		Moves moves(root);
		try {
			if (moves.move(queue, std::to_string(place->cpu))) {
				out.push_back(fmt::format("{}: CPU {}", queue.text(), place->cpu));
			}
			moves.done();
		} catch (const Error &error) { // its CPU is off, say; the others can have theirs
			out.push_back(fmt::format("{}: {}", queue.text(), error.what()));
		}
	}
	return out;
}

std::vector<std::string> undo_placement(Context &context)
{
	const FileLock lock = turn(context);
	const fs::path &root = context.host.root();
	const Places kept = read_kept(root);
	std::vector<std::string> out;
	Moves moves(root);
	for (const VifQueue &queue : find_queues(context)) {
		const KeptPlace *place = find(kept, place_of(queue, 0, ""));
		if (place != nullptr) {
			moves.move(queue, place->before);
			out.push_back(fmt::format("{}: CPUs {}", queue.text(), place->before));
		}
	}
	write_kept(root, {});
	moves.done();
	return out;
}

} // namespace ringway
