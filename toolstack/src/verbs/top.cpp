// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/top.hpp"

#include <algorithm>
#include <fmt/format.h>
#include "context/links_once.hpp"

namespace ringway
{

namespace
{

// Lines above the first row: what is sorted by, and the names of the columns.
constexpr std::size_t head_lines = 2;
constexpr unsigned longest_interval = 60;

std::vector<VifTraffic> traffic_now(Context &context)
{
	OneLook look(context);
	return look_at_traffic(look.context);
}

class Looks
{
public:
	explicit Looks(Context &context)
	    : context_(context), last_(traffic_now(context)), at_(context.clock.now())
	{
	}
	std::vector<TopRow> rows()
	{
		auto now = traffic_now(context_);
		const Millis at = context_.clock.now();
		const double seconds =
			static_cast<double>(std::max<Millis::rep>(1, (at - at_).count())) / 1000;
		auto out = top_rows(last_, now, seconds);
		last_ = std::move(now);
		at_ = at;
		return out;
	}

private:
	Context &context_;
	std::vector<VifTraffic> last_;
	Millis at_;
};

void scroll(TopView &view, long by)
{
	const auto now = static_cast<long>(view.scroll);
	view.scroll = static_cast<std::size_t>(std::max(0L, now + by));
}

void type(int key, TopView &view)
{
	constexpr int enter = '\n', carriage_return = '\r', backspace = 127, control_h = 8;
	if (key == enter || key == carriage_return) {
		view.typing = false;
	} else if (key == key_escape) {
		view.typing = false;
		view.filter.clear();
	} else if (key == backspace || key == control_h) {
		if (!view.filter.empty()) {
			view.filter.pop_back();
		}
	} else if (key >= ' ' && key < backspace) {
		view.filter += static_cast<char>(key);
	}
	view.scroll = 0;
}

// What fits, so that the last row stays in sight.
std::vector<std::string> window(std::vector<std::string> lines, TopView &view, std::size_t height)
{
	if (lines.size() <= head_lines || height <= head_lines) {
		lines.resize(std::min(lines.size(), height));
		return lines;
	}
	const std::size_t rows = lines.size() - head_lines, room = height - head_lines;
	view.scroll = std::min(view.scroll, rows > room ? rows - room : 0);
	const auto first = lines.begin() + head_lines;
	lines.erase(first, first + static_cast<std::ptrdiff_t>(view.scroll));
	lines.resize(std::min(lines.size(), height));
	return lines;
}

} // namespace

void press(int key, TopView &view)
{
	constexpr long page = 10;
	if (view.typing) {
		type(key, view);
		return;
	}
	switch (key) {
	case 'q':
	case 'Q':
	case key_escape:
		view.quit = true;
		break;
	case 's':
	case 'S':
		view.sort = view.sort == TopSort::cpu ? TopSort::vif
						      : static_cast<TopSort>(static_cast<int>(view.sort) + 1);
		break;
	case 'r':
	case 'R':
		view.reverse = !view.reverse;
		break;
	case 'd':
		view.seconds = std::min(view.seconds + 1, longest_interval);
		break;
	case 'D':
		view.seconds = std::max(view.seconds - 1, 1u);
		break;
	case '/':
		view.typing = true;
		view.filter.clear();
		break;
	case key_up:
		scroll(view, -1);
		break;
	case key_down:
		scroll(view, 1);
		break;
	case key_page_up:
		scroll(view, -page);
		break;
	case key_page_down:
		scroll(view, page);
		break;
	default:
		break;
	}
}

void top_screen(Context &context, TopView view, Screen &screen)
{
	Looks looks(context);
	std::vector<TopRow> rows;
	Millis next = context.clock.now();
	while (!view.quit && !context.clock.interrupted()) {
		if (context.clock.now() >= next) {
			rows = looks.rows();
			// The first numbers come soon, and are of a short time.
			next = context.clock.now() +
			       (rows.empty() ? Millis(500) : std::chrono::seconds(view.seconds));
		}
		screen.show(window(top_lines(arrange(rows, view), view), view, screen.height()));
		const Millis left = std::max(Millis(1), next - context.clock.now());
		if (const int key = screen.key(std::min(left, Millis(500))); key != key_none) {
			press(key, view);
		}
	}
}

void top_batch(Context &context, const TopView &view, const TopBatch &batch,
	       const std::function<void(const Answer &)> &say)
{
	Looks looks(context);
	for (unsigned n = 0; batch.looks == 0 || n < batch.looks; ++n) {
		constexpr Millis step(100);
		for (const Deadline deadline(context.clock, std::chrono::seconds(view.seconds));
		     !deadline.over();) {
			context.clock.sleep(std::min(step, deadline.left()));
			if (context.clock.interrupted()) {
				return;
			}
		}
		const auto rows = arrange(looks.rows(), view);
		std::string text;
		for (const std::string &line : top_lines(rows, view)) {
			text += line + "\n";
		}
		say({to_json(rows), text});
	}
}

} // namespace ringway
