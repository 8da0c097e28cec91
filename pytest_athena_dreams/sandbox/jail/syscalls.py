"""System-call numbers by architecture.

Numbers are part of the kernel's stable interface; a test compares them with the kernel headers where
those are installed. ``-`` marks a call that an architecture does not have.
"""

from __future__ import annotations

import functools

# name, number on x86-64, number on aarch64 (the generic table)
_TABLE = """
access 21 -  add_key 248 217  alarm 37 -  arch_prctl 158 -  bind 49 200  bpf 321 280  brk 12 214
capset 126 91  chdir 80 49  chmod 90 -  chown 92 -  clock_getres 229 114  clock_gettime 228 113
clock_nanosleep 230 115  clone 56 220  clone3 435 435  close 3 57  close_range 436 436  connect 42 203
creat 85 -  delete_module 176 106  dup 32 23  dup2 33 -  dup3 292 24  epoll_create 213 -
epoll_create1 291 20  epoll_ctl 233 21  epoll_pwait 281 22  epoll_pwait2 441 441  epoll_wait 232 -
eventfd2 290 19  execve 59 221  execveat 322 281  exit 60 93  exit_group 231 94  faccessat 269 48
faccessat2 439 439  fadvise64 221 223  fanotify_init 300 262  fchdir 81 50  fchmodat 268 53  fchownat 260 54
fchmod 91 52  flock 73 32  fgetxattr 193 10  flistxattr 196 13  fsetxattr 190 7  getxattr 191 8
lgetxattr 192 9  listxattr 194 11  llistxattr 195 12  lsetxattr 189 6  setxattr 188 5
fcntl 72 25  fdatasync 75 83  finit_module 313 273  fork 57 -  fsconfig 431 431  fsmount 432 432
fsopen 430 430  fspick 433 433  fstat 5 80  fstatfs 138 44  fsync 74 82  ftruncate 77 46  futex 202 98
get_robust_list 274 100  getcpu 309 168  getcwd 79 17  getdents64 217 61  getegid 108 177  geteuid 107 175
getgid 104 176  getgroups 115 158  getitimer 36 102  getpeername 52 205  getpgid 121 155  getpgrp 111 -
getpid 39 172  getppid 110 173  getpriority 140 141  getrandom 318 278  getresgid 120 150  getresuid 118 148
getrlimit 97 163  getrusage 98 165  getsid 124 156  getsockname 51 204  getsockopt 55 209  gettid 186 178
gettimeofday 96 169  getuid 102 174  init_module 175 105  io_uring_enter 426 426  io_uring_register 427 427
io_uring_setup 425 425  ioctl 16 29  kcmp 312 272  kexec_file_load 320 294  kexec_load 246 104
keyctl 250 219  kill 62 129  landlock_add_rule 445 445  landlock_create_ruleset 444 444
landlock_restrict_self 446 446  lchown 94 -  link 86 -  linkat 265 37  lseek 8 62  lstat 6 -  madvise 28 233
membarrier 324 283  mincore 27 232  mkdir 83 -  mkdirat 258 34  mknod 133 -  mknodat 259 33  mmap 9 222
mount 165 40  mount_setattr 442 442  move_mount 429 429  mprotect 10 226  mremap 25 216  msync 26 227
munmap 11 215  nanosleep 35 101  newfstatat 262 79  open 2 -  open_by_handle_at 304 265  open_tree 428 428
openat 257 56  pause 34 -  perf_event_open 298 241  pidfd_getfd 438 438  pidfd_open 434 434  pipe 22 -
pipe2 293 59  pivot_root 155 41  poll 7 -  ppoll 271 73  prctl 157 167  pread64 17 67  preadv 295 69
prlimit64 302 261  process_vm_readv 310 270  process_vm_writev 311 271  pselect6 270 72  ptrace 101 117
pwrite64 18 68  pwritev 296 70  read 0 63  readlink 89 -  readlinkat 267 78  readv 19 65  recvfrom 45 207
recvmsg 47 212  rename 82 -  renameat 264 38  renameat2 316 276  request_key 249 218  restart_syscall 219 128
rmdir 84 -  rseq 334 293  rt_sigaction 13 134  rt_sigpending 127 136  rt_sigprocmask 14 135
rt_sigreturn 15 139  rt_sigsuspend 130 133  rt_sigtimedwait 128 137  sched_get_priority_max 146 125
sched_get_priority_min 147 126  sched_getaffinity 204 123  sched_getparam 143 121  sched_getscheduler 145 120
sched_yield 24 124  seccomp 317 277  select 23 -  sendfile 40 71  sendmsg 46 211  sendto 44 206
set_robust_list 273 99  set_tid_address 218 96  setitimer 38 103  setns 308 268  setrlimit 160 164
setsid 112 157  shutdown 48 210  sigaltstack 131 132  socket 41 198  socketpair 53 199  stat 4 -
statfs 137 43  statx 332 291  symlink 88 -  symlinkat 266 36  sysinfo 99 179  tgkill 234 131  time 201 -
timerfd_create 283 85  timerfd_gettime 287 87  timerfd_settime 286 86  times 100 153  truncate 76 45
umask 95 166  umount2 166 39  uname 63 160  unlink 87 -  unlinkat 263 35  unshare 272 97  userfaultfd 323 282
utime 132 -  utimensat 280 88  utimes 235 -  vfork 58 -  wait4 61 260  waitid 247 95  write 1 64
writev 20 66
"""

_ARCHITECTURES = {"x86_64": (1, 0xC000003E), "aarch64": (2, 0xC00000B7)}
"""Column of the table and the kernel's ``AUDIT_ARCH_*`` constant, by ``platform.machine()``."""

NEWEST = 450
"""The newest system call considered here; newer ones get the answer of a kernel without them."""


@functools.cache  # children find it made by their server
def numbers(machine: str) -> dict[str, int]:
    """Numbers by name for ``machine``; raises ``KeyError`` for an architecture without a table."""
    column = _ARCHITECTURES[machine][0]
    words = _TABLE.split()
    rows = [words[i : i + 3] for i in range(0, len(words), 3)]
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def audit_architecture(machine: str) -> int:
    """The constant by which a filter recognises calls made through this architecture's own table."""
    return _ARCHITECTURES[machine][1]


def known(machine: str) -> bool:
    """Whether ``machine`` has a table."""
    return machine in _ARCHITECTURES
