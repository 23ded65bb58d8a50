"""Choose the precision of training: which number format the device has in hardware."""

from pathlib import Path

POLICIES = ("auto", "float32", "mixed_float16", "mixed_bfloat16")
CPUINFO = Path("/proc/cpuinfo")


def choose(wanted="auto", gpus=0, cpu_flags=None):
    """The Keras dtype policy for `wanted`.

    "auto" is mixed_float16 (with loss scaling, which `compile` adds) on a GPU,
    mixed_bfloat16 on a CPU that multiplies bfloat16 in hardware, else float32.

    gpus: how many GPUs are visible; cpu_flags: the CPU's flags, read from the system if None.
    """
    if wanted != "auto":
        return wanted
    if gpus:
        return "mixed_float16"
    flags = _cpu_flags() if cpu_flags is None else cpu_flags
    return "mixed_bfloat16" if {"avx512_bf16", "amx_bf16"} & set(flags) else "float32"


def _cpu_flags():
    try:
        lines = CPUINFO.read_text(encoding="utf-8").splitlines()
    except OSError:  # no Linux: nothing is known, so nothing is assumed
        return []
    return next((line.split() for line in lines if line.startswith("flags")), [])
