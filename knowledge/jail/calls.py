"""Refuse system calls for good: seccomp, on 64-bit Intel and Arm."""

import ctypes
import platform
import struct
from collections.abc import Mapping
from types import MappingProxyType

NO_NEW_PRIVILEGES, SET_SECCOMP, FILTER = 38, 22, 2
SET_DEATH_SIGNAL = 1
LOAD, EQUAL, AT_LEAST, ANSWER = 0x20, 0x15, 0x35, 0x06  # The instructions of a filter.
ALLOW, KILL, REFUSE = 0x7FFF0000, 0x80000000, 0x00050000
NOT_PERMITTED, NO_SUCH_CALL = 1, 38
NUMBER, ARCHITECTURE, ARGUMENTS = 0, 4, 16  # Where these stand in what a filter is given.
# From here on numbers are alike everywhere. Whoever finds such a call missing falls back on an older one.
NEWEST = 424
FOREIGN = 0x40000000  # Intel's second set of numbers, which would pass by a list of the first.
MACHINES = {"x86_64": (0, 0xC000003E), "aarch64": (1, 0xC00000B7)}
# Connecting, starting, touching other processes, changing what a file is, and all that only a system's keeper needs.
FORBIDDEN: Mapping[str, tuple[int, int]] = MappingProxyType({
    "accept": (43, 202), "accept4": (288, 242), "acct": (163, 89), "add_key": (248, 217), "adjtimex": (159, 171),
    "bind": (49, 200), "bpf": (321, 280), "chmod": (90, -1), "chown": (92, -1), "chroot": (161, 51),
    "clock_adjtime": (305, 266), "clock_settime": (227, 112), "clone": (56, 220), "connect": (42, 203),
    "delete_module": (176, 106), "execve": (59, 221), "execveat": (322, 281), "fanotify_init": (300, 262),
    "fchmod": (91, 52), "fchmodat": (268, 53), "fchown": (93, 55), "fchownat": (260, 54),
    "finit_module": (313, 273), "fork": (57, -1), "fremovexattr": (199, 16), "fsetxattr": (190, 7),
    "futimesat": (261, -1), "init_module": (175, 105), "ioperm": (173, -1), "iopl": (172, -1),
    "ioprio_set": (251, 30), "kcmp": (312, 272), "kexec_file_load": (320, 294), "kexec_load": (246, 104),
    "keyctl": (250, 219), "kill": (62, 129), "lchown": (94, -1), "link": (86, -1), "linkat": (265, 37),
    "listen": (50, 201), "lookup_dcookie": (212, 18), "lremovexattr": (198, 15), "lsetxattr": (189, 6),
    "memfd_create": (319, 279), "migrate_pages": (256, 238), "mknod": (133, -1), "mknodat": (259, 33),
    "mlock": (149, 228), "mlock2": (325, 284), "mlockall": (151, 230), "modify_ldt": (154, -1), "mount": (165, 40),
    "move_pages": (279, 239), "mq_open": (240, 180), "msgget": (68, 186), "name_to_handle_at": (303, 264),
    "open_by_handle_at": (304, 265), "perf_event_open": (298, 241), "personality": (135, 92),
    "pivot_root": (155, 41), "process_vm_readv": (310, 270), "process_vm_writev": (311, 271), "ptrace": (101, 117),
    "quotactl": (179, 60), "reboot": (169, 142), "recvfrom": (45, 207), "recvmmsg": (299, 243),
    "recvmsg": (47, 212), "removexattr": (197, 14), "request_key": (249, 218), "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240), "sched_setaffinity": (203, 122), "sched_setattr": (314, 274),
    "sched_setparam": (142, 118), "sched_setscheduler": (144, 119), "seccomp": (317, 277), "semget": (64, 190),
    "sendmmsg": (307, 269), "sendmsg": (46, 211), "sendto": (44, 206), "setdomainname": (171, 162),
    "setgid": (106, 144), "setgroups": (116, 159), "sethostname": (170, 161), "setns": (308, 268),
    "setpgid": (109, 154), "setpriority": (141, 140), "setregid": (114, 143), "setresgid": (119, 149),
    "setresuid": (117, 147), "setreuid": (113, 145), "setrlimit": (160, 164), "setsid": (112, 157),
    "settimeofday": (164, 170), "setuid": (105, 146), "setxattr": (188, 5), "shmget": (29, 194),
    "socket": (41, 198), "socketpair": (53, 199), "swapoff": (168, 225), "swapon": (167, 224), "symlink": (88, -1),
    "symlinkat": (266, 36), "syslog": (103, 116), "tgkill": (234, 131), "timer_create": (222, 107),
    "tkill": (200, 130), "truncate": (76, 45), "umount2": (166, 39), "unshare": (272, 97),
    "userfaultfd": (323, 282), "utime": (132, -1), "utimensat": (280, 88), "utimes": (235, -1), "vfork": (58, -1),
    "vhangup": (153, 58), "vmsplice": (278, 75),
})  # fmt: skip
PROCESS_CONTROL, LIMITS = (157, 167), (302, 261)


def forbid(calls: Mapping[str, tuple[int, int]] = FORBIDDEN) -> bool:
    """Refuse `calls`, and all that are newer than `NEWEST`, to this process for good; False: the kernel cannot."""
    machine = MACHINES.get(platform.machine())
    if machine is None or struct.calcsize("P") != 8:
        return False
    program = _program(calls, *machine)
    held = ctypes.create_string_buffer(program, len(program))
    given = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(held))
    kernel = ctypes.CDLL(None, use_errno=True)
    kernel.prctl(NO_NEW_PRIVILEGES, 1, 0, 0, 0)
    return bool(kernel.prctl(SET_SECCOMP, FILTER, given, 0, 0) == 0)


def _program(calls: Mapping[str, tuple[int, int]], column: int, architecture: int) -> bytes:
    refused = _step(ANSWER, REFUSE | NOT_PERMITTED)
    steps = [
        _step(LOAD, ARCHITECTURE), _step(EQUAL, architecture, 1, 0), _step(ANSWER, KILL),
        _step(LOAD, NUMBER),
        _step(AT_LEAST, FOREIGN, 0, 1), refused,
        _step(AT_LEAST, NEWEST, 0, 1), _step(ANSWER, REFUSE | NO_SUCH_CALL),
    ]  # fmt: skip
    for numbers in calls.values():
        if numbers[column] >= 0:
            steps += [_step(EQUAL, numbers[column], 0, 1), refused]
    # A process may not outlive those who watch it: the signal that it gets when they die stays set.
    steps += [_step(EQUAL, PROCESS_CONTROL[column], 0, 3), _step(LOAD, ARGUMENTS)]
    steps += [_step(EQUAL, SET_DEATH_SIGNAL, 0, 1), refused, _step(LOAD, NUMBER)]
    if "setrlimit" not in calls:
        return b"".join([*steps, _step(ANSWER, ALLOW)])
    # Limits may be read, its own only: the process is 0, and so is what would be the new limit.
    steps += [_step(EQUAL, LIMITS[column], 0, 8)]
    for left, half in zip((7, 5, 3, 1), (ARGUMENTS, ARGUMENTS + 4, ARGUMENTS + 16, ARGUMENTS + 20), strict=True):
        steps += [_step(LOAD, half), _step(EQUAL, 0, 0, left)]
    return b"".join([*steps, _step(ANSWER, ALLOW), refused])


def _step(code: int, value: int, yes: int = 0, no: int = 0) -> bytes:
    return struct.pack("HBBI", code, yes, no, value)
