"""Run as a script: become the server we were asked to be, tied to the life of the one who asked.

A separate small program rather than code between fork and exec, because that is unsafe once the parent has threads.
Arguments: PARENT_PID SIGNAL UID GID DIRECTORY COMMAND...; a UID of -1 keeps the user. Standard library only: it runs
with `-I -S`, so that a checkout or an environment cannot slip it another module.
"""

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1


def die_with(parent: int, signal_number: int) -> None:
    """Ask the kernel to signal us when the parent dies (Linux only). A change of user clears it: ask after that."""
    if signal_number == 0 or not sys.platform.startswith("linux"):
        return
    ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
    if os.getppid() != parent:  # it died before we asked
        raise SystemExit(1)


def main() -> None:
    """Drop privileges, tie the knot, exec."""
    parent, signal_number, uid, gid = (int(word) for word in sys.argv[1:5])
    directory, command = sys.argv[5], sys.argv[6:]
    if uid >= 0:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    os.umask(0o077)
    os.chdir(directory)
    die_with(parent, signal_number)
    try:
        os.execv(command[0], command)  # noqa: S606  (no shell is what we want)
    except OSError as error:
        sys.stderr.write(f"{command[0]}: {error.strerror}\n")
        raise SystemExit(126) from None


if __name__ == "__main__":
    main()
