// SPDX-License-Identifier: GPL-2.0-only
#include "line/completion.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <memory>
#include <vector>
#include "line/line.hpp"
#include "line/places.hpp"
#include "words/error.hpp"

namespace ringway
{

namespace
{

std::string list(const Words &words)
{
	return fmt::format("{}", fmt::join(words, " "));
}

constexpr std::string_view made = "# SPDX-License-Identifier: GPL-2.0-only\n"
				  "# Made by `make -C toolstack completion` of the command's own words.\n";

// bash and zsh read the same table; in zsh, words are split at blanks by ${=…}.
std::string table(const std::vector<Place> &places, const std::string &split_mark)
{
	std::string out = "\tcase $path_ in\n";
	for (const Place &place : places) {
		out += fmt::format("\t'{}')\n\t\tcommands='{}' kinds='{}'\n\t\tkeys='{}'\n\t\toptions='{}' "
				   "valued='{}' ;;\n",
				   place.path, list(place.commands), list(place.kinds), list(place.keys),
				   list(place.options), list(place.valued_options));
	}
	return out + "\tesac\n" + split_mark;
}

constexpr std::string_view ask = R"(
_ringway_ask() { # KIND DOMAIN
	case $1 in
	guests) xl list 2> /dev/null | awk 'NR > 1 && $1 != "Domain-0" { print $1 }' ;;
	vifs) ringway vif list "$2" 2> /dev/null | awk 'NR > 1 { sub(/.*\./, "", $1); print $1 }' ;;
	bridges) ip -brief link show type brlite 2> /dev/null | awk '{ print $1 }' ;;
	devices) ip -brief link 2> /dev/null | awk '{ sub(/@.*/, "", $1); print $1 }' ;;
	esac
}
)";

std::string bash(const std::vector<Place> &places)
{
	return std::string(made) + std::string(ask) + R"(
_ringway_table() {
)" + table(places, "") +
	       R"(}

# shellcheck disable=SC2034,SC2086,SC2154 # the table's words are split on purpose
_ringway() {
	local word=${COMP_WORDS[COMP_CWORD]} path_='' commands='' kinds='' keys='' options='' valued=''
	local before=() kind next i value=''
	_ringway_table
	for ((i = 1; i < COMP_CWORD; i++)); do
		next=${COMP_WORDS[i]}
		if [[ -n $value ]]; then
			value=''
		elif [[ $next == -* ]]; then
			[[ " $valued " != *" $next "* ]] || value=1
		elif [[ ${#before[@]} == 0 && " $commands " == *" $next "* ]]; then
			path_=${path_:+$path_ }$next
			_ringway_table
		elif [[ $next != = ]]; then
			before+=("$next")
		fi
	done
	read -ra kinds <<< "$kinds"
	i=${#before[@]}
	[[ $i -lt ${#kinds[@]} ]] || i=$((${#kinds[@]} - 1))
	kind=none
	[[ ${#kinds[@]} == 0 ]] || kind=${kinds[i]}
	[[ -z $value ]] || kind=files
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
	elif [[ $kind == files ]]; then
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
	else
		[[ $kind == keys ]] || keys=$(_ringway_ask "$kind" "${before[0]}")
		[[ ${#before[@]} != 0 ]] || keys+=" $commands"
		mapfile -t COMPREPLY < <(compgen -W "$keys" -- "$word")
	fi
	[[ ${#COMPREPLY[@]} != 1 || ${COMPREPLY[0]} != *= ]] || compopt -o nospace 2> /dev/null
}
complete -F _ringway ringway
)";
}

std::string zsh(const std::vector<Place> &places)
{
	return "#compdef ringway\n" + std::string(made) + std::string(ask) + R"(
_ringway_table() {
)" + table(places, "") +
	       R"(}

_ringway() {
	local path_='' commands='' kinds='' keys='' options='' valued='' kind=none next value='' i
	local -a before kind_list found
	_ringway_table
	for ((i = 2; i < CURRENT; i++)); do
		next=$words[i]
		if [[ -n $value ]]; then
			value=''
		elif [[ $next == -* ]]; then
			[[ " $valued " != *" $next "* ]] || value=1
		elif [[ $#before == 0 && " $commands " == *" $next "* ]]; then
			path_=${path_:+$path_ }$next
			_ringway_table
		else
			before+=("$next")
		fi
	done
	kind_list=(${=kinds})
	i=$(($#before + 1))
	((i <= $#kind_list)) || i=$#kind_list
	((i == 0)) || kind=$kind_list[i]
	[[ -z $value ]] || kind=files
	if [[ $PREFIX == -* ]]; then
		compadd -- ${=options}
	elif [[ $kind == files ]]; then
		_files
	else
		[[ $kind == keys ]] || keys=$(_ringway_ask $kind "$before[1]")
		[[ $#before != 0 ]] || keys+=" $commands"
		found=(${=keys})
		compadd -- ${found:#*=}
		compadd -S '' -- ${(M)found:#*=}
	fi
}

_ringway "$@"
)";
}

std::string fish(const std::vector<Place> &places)
{
	std::string out = std::string(made) + R"(
function __ringway_ask # KIND DOMAIN
    switch $argv[1]
        case guests
            xl list 2>/dev/null | awk 'NR > 1 && $1 != "Domain-0" { print $1 }'
        case vifs
            ringway vif list $argv[2] 2>/dev/null | awk 'NR > 1 { sub(/.*\./, "", $1); print $1 }'
        case bridges
            ip -brief link show type brlite 2>/dev/null | awk '{ print $1 }'
        case devices
            ip -brief link 2>/dev/null | awk '{ sub(/@.*/, "", $1); print $1 }'
    end
end

function __ringway_complete
    set -l at ''
    set -l before
    set -l value 0
    __ringway_table "$at"
    for next in (commandline -opc)[2..]
        if test $value = 1
            set value 0
        else if string match -q -- '-*' $next
            contains -- $next $__ringway_valued; and set value 1
        else if test (count $before) = 0; and contains -- $next $__ringway_commands
            set at (string trim -- "$at $next")
            __ringway_table "$at"
        else
            set -a before $next
        end
    end
    set -l kind none
    set -l last (count $__ringway_kinds)
    if test $last -gt 0
        set -l i (math (count $before) + 1)
        test $i -le $last; or set i $last
        set kind $__ringway_kinds[$i]
    end
    test $value = 0; or set kind files
    if string match -q -- '-*' (commandline -ct)
        printf '%s\n' $__ringway_options
    else if test $kind = files
        __fish_complete_path (commandline -ct)
    else
        if test $kind = keys
            printf '%s\n' $__ringway_keys
        else
            __ringway_ask $kind $before[1]
        end
        test (count $before) != 0; or printf '%s\n' $__ringway_commands
    end
end

function __ringway_table
    switch "$argv[1]"
)";
	for (const Place &place : places) {
		out += fmt::format(
			"        case '{}'\n            set -g __ringway_commands {}\n            set -g "
			"__ringway_kinds {}\n            set -g __ringway_keys {}\n            set -g "
			"__ringway_options {}\n            set -g __ringway_valued {}\n",
			place.path, list(place.commands), list(place.kinds), list(place.keys),
			list(place.options), list(place.valued_options));
	}
	return out + R"(    end
end

complete -c ringway -f -a '(__ringway_complete)'
)";
}

} // namespace

std::string completion(const CLI::App &app, const std::string &shell)
{
	const std::vector<Place> places = places_of(app);
	if (shell == "bash") {
		return bash(places);
	}
	if (shell == "zsh") {
		return zsh(places);
	}
	if (shell == "fish") {
		return fish(places);
	}
	reject("completion", shell, "write bash, zsh or fish");
}

// It stands in no list: who installs ringway needs it, and nobody else.
void add_completion(CLI::App &app, std::function<int()> &run)
{
	CLI::App *verb = app.add_subcommand("completion", "Print what a shell completes")->group("");
	const auto shell = std::make_shared<std::string>();
	verb->add_option("SHELL", *shell, "bash, zsh or fish")->required();
	verb->callback([&app, &run, shell] {
		run = [&app, shell] {
			print(completion(app, *shell));
			return static_cast<int>(Exit::ok);
		};
	});
}

} // namespace ringway
