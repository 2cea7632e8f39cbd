"""Become another program, bound to the parent's life and, for PostgreSQL, without root's name.

Run as a script with nothing but the standard library: ``python -I -S shim.py [options] -- command``.

``--death-signal N``
    Linux sends this signal when the parent dies, however it dies.
``--unprivileged DIRECTORY``
    PostgreSQL refuses to run as root. Where root asks, the command runs in a user namespace in
    which root is called 1000, so files stay root's own. Where namespaces are not permitted (many
    containers), it runs as the account ``nobody``, which gets the directory and keeps the one
    capability that lets it reach it, whatever the modes of the directories above.
"""

import argparse
import ctypes
import os
import pwd
import sys
from pathlib import Path

CLONE_NEWUSER = 0x10000000
PR_SET_PDEATHSIG = 1
PR_SET_KEEPCAPS = 8
PR_SET_NAME = 15
PR_CAP_AMBIENT = 47
PR_CAP_AMBIENT_RAISE = 2
CAP_DAC_OVERRIDE = 1
CAPABILITY_VERSION_3 = 0x20080522
INSIDE = 1000  # any number but 0


class Header(ctypes.Structure):
    _fields_ = (("version", ctypes.c_uint32), ("pid", ctypes.c_int))


class Capabilities(ctypes.Structure):
    _fields_ = (
        ("effective", ctypes.c_uint32),
        ("permitted", ctypes.c_uint32),
        ("inheritable", ctypes.c_uint32),
    )


def call(name: str, *arguments: object) -> None:
    """Call a function of the C library; raise OSError where it reports a failure."""
    libc = ctypes.CDLL(None, use_errno=True)
    if getattr(libc, name)(*arguments) != 0:
        code = ctypes.get_errno()
        raise OSError(code, f"{name}: {os.strerror(code)}")


def die_with_parent(signum: int) -> None:
    """Have Linux send this process the signal when its parent dies; elsewhere, do nothing."""
    if sys.platform == "linux":
        call("prctl", PR_SET_PDEATHSIG, signum, 0, 0, 0)


def name_process(name: str) -> None:
    """Give this process a name of its own, for `top` and `ps -e`; at most 15 bytes are kept."""
    if sys.platform == "linux":
        call("prctl", PR_SET_NAME, name.encode(), 0, 0, 0)


def rename_root() -> None:
    """Enter a user namespace in which this process's user has an ordinary number."""
    uid, gid = os.geteuid(), os.getegid()
    call("unshare", CLONE_NEWUSER)
    Path("/proc/self/setgroups").write_text("deny")
    Path("/proc/self/uid_map").write_text(f"{INSIDE} {uid} 1")
    Path("/proc/self/gid_map").write_text(f"{INSIDE} {gid} 1")


def become_nobody() -> None:
    """Take the identity of ``nobody``, keeping the right to pass closed directories."""
    account = pwd.getpwnam("nobody")
    call("prctl", PR_SET_KEEPCAPS, 1, 0, 0, 0)
    os.setgroups([])
    os.setgid(account.pw_gid)
    os.setuid(account.pw_uid)
    mask = 1 << CAP_DAC_OVERRIDE
    kept = (Capabilities * 2)(Capabilities(mask, mask, mask), Capabilities(0, 0, 0))
    call("capset", ctypes.byref(Header(CAPABILITY_VERSION_3, 0)), kept)
    call("prctl", PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_DAC_OVERRIDE, 0, 0)


def give(directory: Path, uid: int, gid: int) -> None:
    """Make the directory and all it holds belong to the user, unless it does already."""
    if directory.lstat().st_uid == uid:
        return
    for folder, _, files in os.walk(directory):
        for path in (Path(folder), *(Path(folder, file) for file in files)):
            os.chown(path, uid, gid, follow_symlinks=False)


def namespaces_permitted() -> bool:
    """Return whether ``rename_root`` would succeed, by trying it in a child."""
    child = os.fork()
    if child == 0:
        try:
            rename_root()
        except OSError:
            os._exit(1)
        os._exit(0)
    return os.waitpid(child, 0)[1] == 0


def leave_root(directory: Path) -> None:
    """Stop being root in PostgreSQL's eyes, with the directory in our hands."""
    if namespaces_permitted():
        give(directory, os.geteuid(), os.getegid())
        rename_root()
    else:
        account = pwd.getpwnam("nobody")
        give(directory, account.pw_uid, account.pw_gid)
        become_nobody()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--death-signal", type=int, default=0)
    parser.add_argument("--parent", type=int, required=True)
    parser.add_argument("--unprivileged", type=Path)
    parser.add_argument("command", nargs="+")
    options = parser.parse_args()
    if options.unprivileged and os.geteuid() == 0:
        try:
            leave_root(options.unprivileged)
        except OSError as error:
            sys.exit(f"This must not run as root, and root cannot be left here: {error}")
    if options.death_signal:
        die_with_parent(options.death_signal)
    if os.getppid() != options.parent:  # it died before we asked to be told
        sys.exit(1)
    os.execvp(options.command[0], options.command)  # noqa: S606 - becoming it is the point


if __name__ == "__main__":
    main()
