"""`--precision auto`: what each device has in hardware."""

import pytest

from train.precision import choose


@pytest.mark.parametrize(
    ("gpus", "flags", "policy"),
    [
        (1, [], "mixed_float16"),
        (2, ["avx512_bf16"], "mixed_float16"),
        (0, ["avx2", "avx512_bf16"], "mixed_bfloat16"),
        (0, ["amx_bf16"], "mixed_bfloat16"),
        (0, ["avx2", "avx512f"], "float32"),
    ],
)
def test_auto(gpus, flags, policy):
    assert choose("auto", gpus, flags) == policy


def test_what_is_asked_for_is_taken():
    assert choose("float32", gpus=1, cpu_flags=["amx_bf16"]) == "float32"


def test_this_machine_is_read_without_error():
    assert choose() in ("float32", "mixed_bfloat16", "mixed_float16")
