// SPDX-License-Identifier: GPL-2.0-only
#include "vif/placement.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fstream>
#include "context/file_lock.hpp"
#include "context/undo.hpp"
#include "context/whole_file.hpp"
#include "vif/queue_moves.hpp"
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

KeptPlace place_of(const VifQueue &queue, unsigned cpu = 0, const std::string &before = "",
		   bool threads = false)
{
	return {queue.uuid, queue.record.mac ? queue.record.mac->text() : "", queue.queue, cpu, before,
		threads};
}

const KeptPlace *find(const Places &places, const KeptPlace &wanted)
{
	const auto at = std::find_if(places.begin(), places.end(),
				     [&](const KeptPlace &p) { return p.same_queue(wanted); });
	return at == places.end() ? nullptr : &*at;
}

// Of the first thread; empty: it has none.
std::string threads_now(const fs::path &root, const VifQueue &queue)
{
	const auto threads = threads_of(root, queue);
	return threads.empty() ? "" : thread_cpus(root, threads.front());
}

void look_at(const fs::path &root, PlacedQueue &placed)
{
	placed.threaded = is_threaded(root, placed.queue.device);
	placed.now = placed.threaded ? threads_now(root, placed.queue)
				     : affinity(root, placed.queue.interrupts.front().number);
}

void leave_out(Placement &placement, std::size_t index)
{
	const auto placed = placement.queues.begin() + static_cast<std::ptrdiff_t>(index);
	for (PlacedCpu &on : placement.cpus) {
		if (on.cpu == placed->cpu) {
			on.load -= placed->queue.load;
			--on.queues;
		}
	}
	placement.queues.erase(placed);
}

// The plan took a while to measure. A guest that connected anew has other interrupts, and the numbers of
// those that it had may be another device's.
void look_again(Context &context, Placement &placement)
{
	const std::vector<VifQueue> now = find_queues(context);
	for (std::size_t i = 0; i < placement.queues.size();) {
		VifQueue &queue = placement.queues[i].queue;
		const auto same = std::find_if(now.begin(), now.end(), [&](const VifQueue &other) {
			return place_of(other).same_queue(place_of(queue));
		});
		if (same != now.end() &&
		    !affinity(context.host.root(), same->interrupts.front().number).empty()) {
			const std::uint64_t load = queue.load;
			queue = *same;
			queue.load = load;
			look_at(context.host.root(), placement.queues[i]);
			++i;
			continue;
		}
		context.note(fmt::format("{}: it is gone, and was not placed", queue.text()));
		leave_out(placement, i);
	}
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
		PlacedQueue placed{std::move(queues[i]), "", false, 0, packing.bin_of[i].has_value()};
		look_at(root, placed);
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

void apply_placement(Context &context, Threads &threads, Placement &placement, bool threaded)
{
	const FileLock lock = turn(context);
	look_again(context, placement);
	const fs::path &root = context.host.root();
	const Places old = read_kept(root);
	Places fresh;
	for (const PlacedQueue &placed : placement.queues) {
		KeptPlace place = place_of(placed.queue, placed.cpu,
					   affinity(root, placed.queue.interrupts.front().number), threaded);
		place.threads_before = threaded && placed.threaded ? placed.now : "";
		if (const KeptPlace *before = find(old, place)) {
			// Where it was before the first placement, if that is known.
			place.before = before->before.empty() ? place.before : before->before;
			if (before->threads) {
				place.threads = true;
				place.threads_before = before->threads_before;
			}
		}
		fresh.push_back(place);
	}
	const std::size_t placed = fresh.size();
	for (const KeptPlace &place : old) { // of guests that are not there now
		if (find(fresh, place) == nullptr) {
			fresh.push_back(place);
		}
	}
	all_or_nothing([&](Undo &undo) {
		// First: whoever is killed meanwhile leaves behind where all was.
		undo.add([&] { write_kept(root, old); });
		write_kept(root, fresh);
		QueueMoves moves(root, threads);
		for (std::size_t i = 0; i < placed; ++i) {
			moves.put(placement.queues[i].queue, fresh[i]);
		}
		moves.done();
	});
}

std::vector<std::string> restore_placement(Context &context, Threads &threads)
{
	const FileLock lock = turn(context);
	const fs::path &root = context.host.root();
	const Places kept = read_kept(root);
	std::vector<std::string> out;
	for (const VifQueue &queue : kept.empty() ? std::vector<VifQueue>() : find_queues(context)) {
		const KeptPlace *place = find(kept, place_of(queue));
		if (place == nullptr) {
			continue;
		}
		QueueMoves moves(root, threads);
		try {
			if (moves.put(queue, *place)) {
				out.push_back(fmt::format("{}: CPU {}", queue.text(), place->cpu));
			}
			moves.done();
		} catch (const Error &error) { // its CPU is off, say; the others can have theirs
			out.push_back(fmt::format("{}: {}", queue.text(), error.what()));
		}
	}
	return out;
}

UndonePlacement undo_placement(Context &context, Threads &threads)
{
	const FileLock lock = turn(context);
	const fs::path &root = context.host.root();
	const Places kept = read_kept(root);
	UndonePlacement out;
	Places failed;
	for (const VifQueue &queue : find_queues(context)) {
		const KeptPlace *place = find(kept, place_of(queue));
		if (place == nullptr) {
			continue;
		}
		QueueMoves moves(root, threads);
		try {
			out.lines.push_back(moves.put_back(queue, *place));
			moves.done();
		} catch (const Error &error) { // its CPU is off, say; the others go back
			out.lines.push_back(fmt::format("{}: {}", queue.text(), error.what()));
			out.whole = false;
			failed.push_back(*place);
		}
	}
	write_kept(root, failed);
	return out;
}

} // namespace ringway
