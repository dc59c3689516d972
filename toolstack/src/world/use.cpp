// SPDX-License-Identifier: GPL-2.0-only
#include "world/use.hpp"

#include <cstdio>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <unistd.h>
#include "context/file_lock.hpp"
#include "context/steadfast.hpp"
#include "context/whole_file.hpp"
#include "swap/boot_files.hpp"
#include "swap/change.hpp"
#include "verbs/use.hpp"
#include "world/guard.hpp"
#include "world/kernel_modules.hpp"
#include "world/nl_bridge_maker.hpp"
#include "world/world.hpp"

namespace ringway
{

namespace fs = std::filesystem;

namespace
{

// As it was before, from the first step until it is confirmed or undone.
const fs::path before_file = "/run/ringway/use/before.json", asks_file = "/run/ringway/use/asks",
	       confirmed_file = "/run/ringway/use/confirmed", outcome_file = "/run/ringway/use/outcome",
	       refused_file = "/run/ringway/use/refused", kept_file = "/run/ringway/use/kept",
	       log_file = "/run/ringway/use/log", lock_file = "/run/ringway/use/lock";
constexpr Millis undoing_takes{120000};
constexpr const char *half_changed =
	"a change was left half done: 'ringway use --undo' makes the host what it was";

// Opened in each process anew.
struct Opened {
	World world;
	Context context = world.open();
	NlBridgeMaker bridges;
	KernelModules modules;
	Swap swap{context, bridges, modules};
};

void say_troubles(const Outcome &outcome, const Say &say)
{
	for (const std::string &trouble : outcome.troubles) {
		say("WARNING " + trouble);
	}
}

void undo_to(const HostPicture &before, const Say &say)
{
	World world;
	Context opened = world.open();
	Undoing undoing(opened);
	Context &context = undoing.context();
	NlBridgeMaker bridges;
	KernelModules modules;
	Swap swap{context, bridges, modules};
	// The files first, if they were written: the next boot is not to hang on what follows, nor what runs
	// on them.
	std::string trouble;
	try {
		if (is_there(kept_file)) {
			write_files(context.host.root(), before.files);
		}
	} catch (const Error &error) {
		trouble = error.what();
	}
	say_troubles(make_so(swap, before), say);
	say_unused(context);
	if (!trouble.empty()) {
		throw Error(Exit::failed, trouble);
	}
}

// For the next boot, of the files as they are by now.
void keep(const SwapPlan &plan, bool to_ringway)
{
	write_files("/", {{kept_file.relative_path(), "begun\n"}});
	write_files("/", boot_files_for(boot_files("/"), to_ringway, plan.file_bridges, "/"));
}

void finish()
{
	std::error_code ignored;
	for (const fs::path &file : {asks_file, confirmed_file, refused_file, kept_file, before_file}) {
		fs::remove(file, ignored);
	}
}

bool user_wants_it()
{
	if (isatty(STDIN_FILENO) == 0) {
		throw Error(Exit::usage,
			    "nobody can be asked: add --yes, and --no-confirm where nobody can confirm");
	}
	fmt::print("Go on? [y/N] ");
	std::fflush(stdout);
	std::string answer;
	std::getline(std::cin, answer);
	return answer == "y" || answer == "yes";
}

void change_to(const SwapPlan &plan, bool to_ringway, const Say &say)
{
	Opened host;
	if (to_ringway) {
		host.modules.load("bridge-lite");
	}
	for (const BridgeImage &image : plan.after.bridges) {
		host.bridges.try_out(image);
	}
	if (to_ringway) {
		remember_bridges(host.context.host, plan.before);
	}
	const Outcome outcome = change_over(host.swap, plan.after);
	say(fmt::format("the bridge was away for {:.1f} ms",
			static_cast<double>(outcome.away.count()) / 1000));
	say_troubles(outcome, say);
	say_used(host.context, plan, to_ringway);
}

GuardedChange guarded(const SwapPlan &plan, const UseOptions &options)
{
	GuardedChange out;
	out.change = [&plan, &options](const Say &say) { change_to(plan, options.to_ringway, say); };
	out.undo = [&plan](const Say &say) { undo_to(plan.before, say); };
	out.keep = [&plan, &options] { keep(plan, options.to_ringway); };
	out.finish = finish;
	out.asks = asks_file;
	out.confirmed = confirmed_file;
	out.refused = refused_file;
	out.outcome = outcome_file;
	out.log = log_file;
	out.seconds = options.no_confirm ? 0 : options.seconds;
	return out;
}

ChangeLock lock(Millis timeout = Millis(0))
{
	std::error_code error;
	own_locks("/"); // the folder above, for nobody but root
	fs::create_directories(lock_file.parent_path(), error);
	fs::permissions(lock_file.parent_path(), fs::perms::owner_all, error);
	return ChangeLock(lock_file, timeout);
}

bool nobody_works()
{
	try {
		lock();
		return true;
	} catch (const Error &error) {
		return error.code() != Exit::conflict;
	}
}

void begin(const SwapPlan &plan)
{
	std::error_code error;
	for (const fs::path &file : {asks_file, confirmed_file, refused_file, kept_file, outcome_file}) {
		fs::remove(file, error);
	}
	write_files("/", {{before_file.relative_path(), to_json(plan.before).dump(1) + "\n"}});
}

} // namespace

int use_stack(const Output &output, const UseOptions &options,
	      const std::function<void(const Answer &)> &print)
{
	const ChangeLock locked = lock();
	if (is_there(before_file)) {
		throw Error(Exit::conflict, half_changed);
	}
	SwapPlan plan;
	{
		Opened host;
		plan = plan_swap(host.swap, options.to_ringway, options.bridges);
	}
	print(plan_answer(plan, options.to_ringway));
	if (!plan.obstacles.empty()) {
		throw Error(Exit::conflict, fmt::format("nothing was changed: {}", plan.obstacles.front()));
	}
	if (plan.empty() || output.dry_run || (!options.yes && !user_wants_it())) {
		return static_cast<int>(Exit::ok);
	}
	begin(plan);
	const int code = run_guarded(guarded(plan, options));
	return code;
}

int use_confirm()
{
	if (!is_there(before_file)) {
		throw Error(Exit::absent, "there is nothing to confirm: it is done, or was undone");
	}
	if (nobody_works()) {
		throw Error(Exit::conflict, half_changed);
	}
	if (!is_there(asks_file)) {
		throw Error(Exit::conflict,
			    "not to be confirmed now: the change is still being made, or undone; "
			    "'ringway use' says when it asks");
	}
	write_files("/", {{confirmed_file.relative_path(), "confirmed\n"}});
	switch (wait_for_outcome(outcome_file, undoing_takes)) {
	case Exit::ok:
		fmt::print("done\n");
		return static_cast<int>(Exit::ok);
	case Exit::failed:
		throw Error(Exit::failed, fmt::format("too late, or it could not be kept: the change was "
						      "undone, see {}",
						      log_file.string()));
	default:
		throw Error(Exit::half_done, half_changed);
	}
}

int use_undo()
{
	if (!is_there(before_file)) {
		throw Error(Exit::absent, "there is nothing to undo");
	}
	// Who still works on it undoes it; nobody may, and then it is done here.
	std::ofstream(refused_file) << "refused\n";
	const ChangeLock locked = lock(undoing_takes);
	std::ifstream in(before_file);
	if (!in) {
		fmt::print("the change has come to its end: see {}\n", log_file.string());
		return static_cast<int>(Exit::ok);
	}
	try {
		undo_to(from_json(nlohmann::json::parse(in)),
			[](const std::string &line) { fmt::print("{}\n", line); });
	} catch (const std::exception &error) {
		throw Error(Exit::half_done,
			    fmt::format("undoing failed: {}; do away with the reason, and type it again",
					error.what()));
	}
	finish();
	fmt::print("everything is as it was before\n");
	return static_cast<int>(Exit::ok);
}

} // namespace ringway
