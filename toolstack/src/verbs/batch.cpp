// SPDX-License-Identifier: GPL-2.0-only
#include "verbs/batch.hpp"

#include <fmt/format.h>
#include <istream>
#include "words/error.hpp"
#include "words/text.hpp"

namespace ringway
{

int run_batch(const BatchFile &file, const RunCommand &run)
{
	int code = 0;
	unsigned number = 0;
	for (std::string line; std::getline(file.lines, line);) {
		const unsigned first = ++number;
		std::string more;
		while (line.ends_with('\\') && std::getline(file.lines, more)) {
			line.pop_back();
			line += more;
			++number;
		}
		if (file.stopped()) {
			throw Error(Exit::failed, fmt::format("{} line {}: interrupted; neither this line "
							      "nor any behind it was run",
							      file.name, first));
		}
		const int result = run(line, fmt::format("{} line {}: ", file.name, first));
		code = code == 0 ? result : code;
		if (result != 0 && !file.force) {
			break;
		}
	}
	return code;
}

} // namespace ringway
