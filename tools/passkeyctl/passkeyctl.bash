# SPDX-License-Identifier: BSD-2-Clause
# Completion of passkeyctl for bash; installed as completions/passkeyctl.

# The names of the user's passkeys, one a line: the last column of the table.
_passkeyctl_names()
{
	local heading

	passkeyctl list 2> /dev/null | {
		IFS= read -r heading
		heading=${heading%%NAME*}
		cut -c "$((${#heading} + 1))-"
	}
}

# A name may hold blanks, and quotes: it is quoted for the shell.
_passkeyctl_complete_names()
{
	local name

	while IFS= read -r name; do
		if [[ $name == "$1"* ]]; then
			COMPREPLY+=("$(printf '%q' "$name")")
		fi
	done < <(_passkeyctl_names)
}

_passkeyctl()
{
	local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]}
	local command=${COMP_WORDS[1]-} options=

	COMPREPLY=()
	if ((COMP_CWORD == 1)); then
		mapfile -t COMPREPLY < <(compgen -W \
			"enroll invite invitations uninvite list show rename remove test doctor --help --version" -- "$word")
		return
	fi
	case $before in
	--user)
		mapfile -t COMPREPLY < <(compgen -u -- "$word")
		return
		;;
	--config | --ssh-key)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -f -- "$word")
		return
		;;
	--pam-folder)
		compopt -o filenames
		mapfile -t COMPREPLY < <(compgen -d -- "$word")
		return
		;;
	--user-verification)
		mapfile -t COMPREPLY < <(compgen -W "discouraged preferred required" -- "$word")
		return
		;;
	--name | --rp-id | --timeout | --expires | --for)
		return
		;;
	esac
	case $command in
	enroll) options="--user --browser --no-qr --name --rp-id --ssh-key --discoverable --user-verification --timeout --expires --config --help" ;;
	invite) options="--for --foreground --name --rp-id --discoverable --user-verification --expires --config --help" ;;
	invitations) options="--json --help" ;;
	uninvite) options="--help" ;;
	list) options="--user --json --config --help" ;;
	show) options="--user --json --config --help" ;;
	rename) options="--user --config --help" ;;
	remove) options="--user --yes --config --help" ;;
	test) options="--user --json --config --help" ;;
	doctor) options="--user --json --pam-folder --config --help" ;;
	*) return ;;
	esac
	if [[ $word == -* ]]; then
		mapfile -t COMPREPLY < <(compgen -W "$options" -- "$word")
		return
	fi
	case $command in
	invite | uninvite) mapfile -t COMPREPLY < <(compgen -u -- "$word") ;;
	show | rename | remove) _passkeyctl_complete_names "$word" ;;
	esac
}

complete -F _passkeyctl passkeyctl
