// SPDX-License-Identifier: GPL-2.0-only
//
// Moving what serves queues from CPU to CPU: their interrupts, and the threads that poll them.
#pragma once

#include <filesystem>
#include <string>
#include "context/threads.hpp"
#include "context/undo.hpp"
#include "vif/queue_load.hpp"
#include "words/kept_place.hpp"

namespace ringway
{

// Gone without done() all is back where it was.
class QueueMoves
{
public:
	QueueMoves(const std::filesystem::path &root, Threads &threads) : root_(root), threads_(threads) {}
	~QueueMoves()
	{
		(void)undo_.all(); // what fails is gone with its guest
	}
	QueueMoves(const QueueMoves &) = delete;
	QueueMoves &operator=(const QueueMoves &) = delete;

	// To where it is placed. Whether anything had to be moved.
	bool put(const VifQueue &queue, const KeptPlace &place);
	// To where it was before. What is said of it.
	std::string put_back(const VifQueue &queue, const KeptPlace &place);
	void done() { undo_ = {}; }

private:
	bool interrupts(const VifQueue &queue, const std::string &cpus);
	bool threads(const VifQueue &queue, const std::string &cpus);
	bool give_threads(const std::string &device, bool on);

	const std::filesystem::path &root_;
	Threads &threads_;
	Undo undo_;
};

} // namespace ringway
