"""What the measurements of `make bench-growth` share: one thread, processor seconds, and memory."""

from __future__ import annotations

import resource
import time
from pathlib import Path

import cv2
import psutil

from mammo_core import load_bundle
from mammo_core.network.bundle import Bundle


def one_thread() -> Bundle:
    """Return the model, with one thread for it and for OpenCV."""
    cv2.setNumThreads(1)
    return load_bundle(threads=1)


def seconds_of_work() -> float:
    """Return the processor seconds of this process, and of those it started that ended."""
    children = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + children.ru_utime + children.ru_stime


def rss() -> int:
    """Return the memory that this process holds, in bytes."""
    return psutil.Process().memory_info().rss


def forget_peak() -> None:
    """Let Linux count the peak of this process's memory anew (proc(5), clear_refs)."""
    Path("/proc/self/clear_refs").write_text("5")


def peak_rss() -> int:
    """Return the most memory this process has held, in bytes."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return 1024 * next(int(line.split()[1]) for line in lines if line.startswith("VmHWM"))
