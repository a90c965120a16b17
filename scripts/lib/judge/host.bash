# shellcheck shell=bash
# host.bash: what makes a host of the judge's stage: a name, and something of each kind that a program could destroy.
#
# The stage's first process runs it (stage.py). It says "ready", reaps what is given to it while it reads, and ends when
# the judge does, even if that is killed: then the pipe from it ends.
#
# $1 the host's name
# $2 how the addresses of its network begin, such as 100.64.0; none for a host that has nothing but its name
# $3 the name of the ordinary user that the program runs as; none if it runs as root
# $4 $5 that user's uid and gid
# $6 further ids for that user, as FIRST:COUNT

hostname "$1"
network=${2-}
name=${3-} uid=${4-} gid=${5-} further=${6-}

# A process, and an object of each System V kind.
make='ipcmk -Q; ipcmk -M 4096; ipcmk -S 1; sleep infinity &'

# In the sandbox, /run can't be written to, and there are no accounts.
is_sandbox() {
	[[ ! -w /run ]]
}

# As adduser(8) does: a name, a home and further ids.
add_user() {
	mkdir /run/etc
	sed "\$a $name:x:$uid:$gid::$HOME:/bin/bash" /etc/passwd >/run/etc/passwd
	sed "\$a $name:x:$gid:" /etc/group >/run/etc/group
	for ids in subuid subgid; do echo "$name:$further" >/run/etc/$ids; done
	for file in passwd group subuid subgid; do mount --bind /run/etc/$file /etc/$file; done
	# In a user namespace, a program of the machine's root has no rights by its set-user-ID bit: so these get copies.
	for tool in newuidmap newgidmap; do
		file=$(command -v $tool)
		if [[ -n $file && ! -O $file ]]; then
			cp "$file" /run/etc/
			chmod 4755 /run/etc/$tool
			mount --bind /run/etc/$tool "$file"
		fi
	done
}

furnish() {
	eval "$make"
	if [[ -n $name ]]; then
		is_sandbox || add_user
		setpriv --reuid="$uid" --regid="$gid" --clear-groups bash -c "$make"
	fi
	kept=/run
	if ! is_sandbox; then
		kept=/run/kept
		mkdir /run/kept /run/netns
		mount --bind /run/netns /run/netns # as on a host where ip-netns(8) has been used
	fi
	mount -t tmpfs -o size=64k,nr_inodes=1k kept $kept # No program may fill the memory by it.
	ip -batch - <<-END
		link add eth0 type veth peer name uplink
		link set eth0 addrgenmode none
		link set uplink addrgenmode none
		link set uplink up
		link set eth0 up
		address add $network.2/24 dev eth0
		route add default via $network.1
	END
}

[[ -z $network ]] || furnish </dev/null >/dev/null 2>&1
echo ready
exec >/dev/null 2>&1
while read -r; do :; done
