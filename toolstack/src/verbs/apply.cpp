// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/apply.hpp"

#include <fmt/format.h>
#include "context/file_lock.hpp"
#include "verbs/apply_plan.hpp"
#include "verbs/changes.hpp"
#include "verbs/failure.hpp"
#include "verbs/journal_words.hpp"
#include "words/name_text.hpp"
#include "words/text.hpp"

namespace ringway
{

namespace
{

// Another one may wait for its guests.
constexpr Millis others_apply{300000};

struct ObjectOutcome {
	const ConfigObject *object = nullptr;
	std::string action = "none"; // add, change, skip, fail
	std::vector<Change> changes;
	std::string why;
	Exit code = Exit::ok;
};

struct Counts {
	unsigned add = 0, change = 0, none = 0, skip = 0, fail = 0;

	explicit Counts(const std::vector<ObjectOutcome> &outcomes)
	{
		for (const ObjectOutcome &outcome : outcomes) {
			++(outcome.action == "add"      ? add
			   : outcome.action == "change" ? change
			   : outcome.action == "skip"   ? skip
			   : outcome.action == "fail"   ? fail
							: none);
		}
	}
};

class Run
{
public:
	Run(ApplyContext &context, const ApplyOptions &options) : context_(context), options_(options) {}

	ObjectOutcome one(const ConfigObject &object)
	{
		ObjectOutcome out{&object, "none", {}, "", Exit::ok};
		if (context_.context.clock.interrupted()) {
			out.action = "fail";
			out.why = "interrupted";
			out.code = Exit::failed;
			return out;
		}
		try {
			const ObjectPlan plan = planned(object);
			out.changes = plan.changes;
			out.why = plan.skipped;
			out.action = !plan.skipped.empty() ? "skip"
				     : plan.add            ? "add"
				     : plan.needed()       ? "change"
							   : "none";
			if (plan.needed() && !options_.diff) {
				plan.carry_out();
			}
			if (plan.add && object.kind == ConfigKind::bridge) {
				coming_.insert(object.name);
			}
		} catch (const Error &error) {
			out.action = "fail";
			out.why = error.what();
			out.code = error.code();
		}
		return out;
	}

private:
	ObjectPlan planned(const ConfigObject &object)
	{
		switch (object.kind) {
		case ConfigKind::bridge:
			return plan_bridge(context_, object);
		case ConfigKind::uplink:
			return plan_uplink(context_, object, coming_);
		case ConfigKind::vif:
			break;
		}
		return plan_vif(context_, object, options_, coming_);
	}

	ApplyContext &context_;
	const ApplyOptions &options_;
	std::set<std::string> coming_;
};

nlohmann::json to_json(const ObjectOutcome &outcome)
{
	nlohmann::json out = {{"kind", kind_name(outcome.object->kind)},
			      {"name", name_text(outcome.object->name)},
			      {"action", outcome.action},
			      {"changes", changes_json(outcome.changes)}};
	if (outcome.object->mac) {
		out["mac"] = outcome.object->mac->text();
	}
	if (outcome.action == "skip") {
		out["skipped"] = outcome.why;
	}
	if (outcome.action == "fail") {
		out["error"] = {{"exit", static_cast<int>(outcome.code)},
				{"kind", exit_name(outcome.code)},
				{"message", outcome.why}};
	}
	return out;
}

std::string text_of(const ObjectOutcome &outcome, bool details)
{
	if (outcome.action == "none" && !details) {
		return "";
	}
	const char mark = outcome.action == "add"      ? '+'
			  : outcome.action == "change" ? '~'
			  : outcome.action == "skip"   ? '?'
			  : outcome.action == "fail"   ? '!'
						       : '=';
	const std::string out = fmt::format("{} {}", mark, outcome.object->text());
	if (!outcome.why.empty()) {
		return out + ": " + outcome.why + "\n";
	}
	return out + "\n" + changes_text(outcome.changes);
}

std::string summary(const Counts &counts, bool diff)
{
	if (counts.add + counts.change + counts.skip + counts.fail == 0) {
		return fmt::format("nothing to do: all {} are as the file says\n", counts.none);
	}
	std::string out;
	const auto add = [&](unsigned count, const char *what) {
		if (count != 0) {
			out += fmt::format("{}{} {}", out.empty() ? "" : ", ", count, what);
		}
	};
	add(counts.add, diff ? "to add" : "added");
	add(counts.change, diff ? "to change" : "changed");
	add(counts.none, "as the file says");
	add(counts.skip, "skipped");
	add(counts.fail, diff ? "that cannot be done" : "failed, and are as they were");
	return out + "\n";
}

// One entry for all of it: what each object was changed to, and what could not be done.
void say_in_journal(Context &context, const std::vector<ObjectOutcome> &outcomes, const Counts &counts)
{
	if (counts.add + counts.change == 0) {
		return;
	}
	JournalWords words;
	for (const ObjectOutcome &outcome : outcomes) {
		std::string text = outcome.object->text();
		if (outcome.action == "fail") {
			words.push_back(fmt::format("failed: {}: {}", text, outcome.why));
		} else if (outcome.action == "add" || outcome.action == "change") {
			for (const std::string &word : change_words(outcome.changes)) {
				text += " " + word;
			}
			words.push_back(fmt::format("{}: {}", outcome.action, text));
		}
	}
	const std::string text = summary(counts, false);
	say_all(context, "apply", text.substr(0, text.find('\n')), words, counts.fail != 0);
}

} // namespace

Applied apply(ApplyContext &context, const Output &output, const std::vector<ConfigObject> &objects,
	      const ApplyOptions &options)
{
	std::optional<FileLock> lock;
	if (!options.diff) {
		lock.emplace(context.context.clock, own_locks(context.context.host.root()) / "apply",
			     others_apply);
	}
	Run run(context, options);
	std::vector<ObjectOutcome> outcomes;
	nlohmann::json rows = nlohmann::json::array();
	std::string text;
	for (const ConfigObject &object : objects) {
		outcomes.push_back(run.one(object));
		rows.push_back(to_json(outcomes.back()));
		text += text_of(outcomes.back(), output.details);
	}
	const Counts counts(outcomes);
	if (!options.diff) {
		say_in_journal(context.context, outcomes, counts);
	}
	const bool differs = options.diff && counts.add + counts.change != 0;
	return {Answer{nlohmann::json{{"dry_run", options.diff},
				      {"objects", rows},
				      {"added", counts.add},
				      {"changed", counts.change},
				      {"unchanged", counts.none},
				      {"skipped", counts.skip},
				      {"failed", counts.fail}},
		       text + summary(counts, options.diff)},
		counts.fail != 0 || differs ? Exit::failed : Exit::ok};
}

} // namespace ringway
