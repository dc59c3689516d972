// SPDX-License-Identifier: GPL-2.0-only
//
// Several steps as one: each says how it is undone, and when a later one fails all are undone, the last one
// first.
#pragma once

#include <functional>
#include <string>
#include <vector>
#include "words/error.hpp"

namespace ringway
{

class Undo
{
public:
	void add(std::function<void()> step) { steps_.push_back(std::move(step)); }
	// All of them, whatever fails; why something failed, or nothing.
	std::string all()
	{
		std::string out;
		for (; !steps_.empty(); steps_.pop_back()) {
			try {
				steps_.back()();
			} catch (const Error &error) {
				out += (out.empty() ? "" : "; ") + std::string(error.what());
			}
		}
		return out;
	}

private:
	std::vector<std::function<void()>> steps_;
};

// Throws what body throws, after everything was undone.
template <typename Body>
void all_or_nothing(const Body &body)
{
	Undo undo;
	try {
		body(undo);
	} catch (const Error &error) {
		if (const std::string second = undo.all(); !second.empty()) {
			throw Error(error.code(),
				    std::string(error.what()) + "; undoing it failed too: " + second);
		}
		throw;
	}
}

} // namespace ringway
