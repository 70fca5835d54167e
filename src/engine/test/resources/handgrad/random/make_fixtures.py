"""Makes torch.txt and python.txt beside this file, with the random numbers of PyTorch and CPython.

Run with a python3 that has torch, such as Debian's: ATEN_CPU_CAPABILITY=default /usr/bin/python3 make_fixtures.py
The variable selects PyTorch's scalar code, whose normal numbers do not depend on the vector unit of the machine.

A line "seed S" starts a generator. Each line after it is one call, "name argument... = value...", made on that same
generator in the order of the lines. Floats are written as the hexadecimal digits of their bits. The probabilities of
multinomial are those of weights(categories).
"""

import pathlib
import random
import struct

import torch

HERE = pathlib.Path(__file__).parent


def weights(categories):
    """(j + 1) * 7 modulo 11, in eighths: exact in float32, unsorted, and with zeros."""
    return [((j + 1) * 7 % 11) / 8 for j in range(categories)]


def float32(values):
    return " ".join(struct.pack(">f", v).hex() for v in values)


def float64(values):
    return " ".join(struct.pack(">d", v).hex() for v in values)


def integers(values):
    return " ".join(str(v) for v in values)


def torch_lines(seed):
    g = torch.Generator()
    g.manual_seed(seed)
    yield f"seed {seed}"

    def rand(n):
        return f"rand32 {n} = {float32(torch.rand(n, generator=g).tolist())}"

    def rand64(n):
        return f"rand64 {n} = {float64(torch.rand(n, generator=g, dtype=torch.float64).tolist())}"

    def randn(n):
        return f"randn32 {n} = {float32(torch.randn(n, generator=g).tolist())}"

    def randn64(n):
        return f"randn64 {n} = {float64(torch.randn(n, generator=g, dtype=torch.float64).tolist())}"

    def randint(low, high, n):
        return f"randint {low} {high} {n} = {integers(torch.randint(low, high, (n,), generator=g).tolist())}"

    def randperm(n):
        return f"randperm {n} = {integers(torch.randperm(n, generator=g).tolist())}"

    def multinomial(categories, replacement, n):
        p = torch.tensor(weights(categories))
        drawn = torch.multinomial(p, n, replacement=replacement, generator=g).tolist()
        return f"multinomial {categories} {'with' if replacement else 'without'} {n} = {integers(drawn)}"

    def bernoulli(p, n):
        return f"bernoulli {p} {n} = {integers(int(b) for b in torch.empty(n).bernoulli_(p, generator=g).tolist())}"

    def random64(n):
        return f"random64 {n} = {integers(torch.empty(n, dtype=torch.int64).random_(generator=g).tolist())}"

    # An odd number of normal numbers leaves a second value, which must survive every other kind of call.
    yield randn(5)
    yield rand(3)
    yield randn(16)
    yield randint(0, 27, 20)
    yield randn(1)
    yield randn(15)
    yield multinomial(27, False, 1)
    yield randn64(3)
    yield randn(2)
    yield randperm(10)
    yield randn64(17)
    yield randn64(1)
    # Sizes round the block of 16, and more than the 624 words of a state.
    for n in (0, 1, 17, 31, 32, 33, 100):
        yield randn(n)
    yield rand(180)
    yield rand64(170)
    yield randn64(100)
    yield randn64(15)
    yield randn64(48)
    for low, high in ((0, 1), (0, 182625), (-5, 5), (-(2**31), 2**31 - 1)):
        yield randint(low, high, 50)
    for n in (0, 1, 2, 160):
        yield randperm(n)
    for _ in range(20):
        yield multinomial(27, False, 1)
    yield multinomial(1, False, 1)
    yield multinomial(27, True, 170)
    yield multinomial(200, True, 10)
    for n in (2, 7, 24):
        yield multinomial(27, False, n)
    yield multinomial(200, False, 150)
    yield randn(3)
    for p in (0, 0.25, 0.7, 1):
        yield bernoulli(p, 60)
    yield randn(3)
    yield random64(40)
    yield rand(1)


def python_lines(seed):
    g = random.Random(seed)
    yield f"seed {seed}"
    for n in (1, 2, 3, 27, 182625, 2**31 - 1):
        yield f"randrange {n} 40 = {integers(g.randrange(n) for _ in range(40))}"
    yield f"random 200 = {float64(g.random() for _ in range(200))}"
    for n in (0, 1, 2, 3, 250):
        shuffled = list(range(n))
        g.shuffle(shuffled)
        yield f"shuffle {n} = {integers(shuffled)}"
    yield f"random 5 = {float64(g.random() for _ in range(5))}"


def write(name, lines, seeds):
    HERE.joinpath(name).write_text("".join(line + "\n" for seed in seeds for line in lines(seed)))


if "NO AVX" not in torch.__config__.show():
    raise SystemExit("run with ATEN_CPU_CAPABILITY=default in the environment")
write("torch.txt", torch_lines, (2147483647, 42, 2147483657, 0, -1, 2**32 + 5))
write("python.txt", python_lines, (42, 0, 2147483647, -7, 2**32 + 5, 2**63 - 1, -(2**63)))
