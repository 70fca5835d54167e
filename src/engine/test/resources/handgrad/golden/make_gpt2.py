"""Makes the files of folder gpt2 beside this one: a small GPT-2 as llm.c has it, and what PyTorch makes of one batch.

Run with a python3 that has torch, such as Debian's (made with 1.13):

    ATEN_CPU_CAPABILITY=default /usr/bin/python3 make_gpt2.py

model.bin is a model in float32 and model-bf16.bin the same weights in bfloat16; debug-state.bin has logits, loss and
gradients of model.bin, computed in float64; losses.txt has the losses of ten steps of AdamW on that batch, each before
its step. The vocabulary of 50 is padded to 128.
"""

import math
import pathlib

import numpy
import torch
from torch.nn import functional

FOLDER = pathlib.Path(__file__).parent / "gpt2"
SEED = 2147483647
POSITIONS, VOCABULARY, LAYERS, HEADS, WIDTH, PADDED = 16, 50, 2, 2, 16, 128
BATCH, LENGTH = 3, 8


def drawn():
    """The weights by llm.c's names and in its order and shapes, those of blocks stacked; float64, exact in float32."""
    generator = torch.Generator().manual_seed(SEED)

    def normal(deviation, *sizes):
        return torch.randn(*sizes, generator=generator) * deviation

    def near_one(*sizes):
        return 1 + normal(0.1, *sizes)

    weights = {
        "wte": normal(0.5, VOCABULARY, WIDTH),
        "wpe": normal(0.2, POSITIONS, WIDTH),
        "ln1w": near_one(LAYERS, WIDTH),
        "ln1b": normal(0.1, LAYERS, WIDTH),
        "qkvw": normal(0.3, LAYERS, 3 * WIDTH, WIDTH),
        "qkvb": normal(0.1, LAYERS, 3 * WIDTH),
        "attprojw": normal(0.2, LAYERS, WIDTH, WIDTH),
        "attprojb": normal(0.1, LAYERS, WIDTH),
        "ln2w": near_one(LAYERS, WIDTH),
        "ln2b": normal(0.1, LAYERS, WIDTH),
        "fcw": normal(0.2, LAYERS, 4 * WIDTH, WIDTH),
        "fcb": normal(0.1, LAYERS, 4 * WIDTH),
        "fcprojw": normal(0.2, LAYERS, WIDTH, 4 * WIDTH),
        "fcprojb": normal(0.1, LAYERS, WIDTH),
        "lnfw": near_one(WIDTH),
        "lnfb": normal(0.1, WIDTH),
    }
    x = torch.randint(VOCABULARY, (BATCH, LENGTH + 1), generator=generator)
    return {name: w.double() for name, w in weights.items()}, x[:, :-1], x[:, 1:]


def logits_of(w, x):
    rows, length = x.shape
    allowed = torch.ones(length, length, dtype=torch.bool).tril()

    def heads(t):
        return t.view(rows, length, HEADS, WIDTH // HEADS).transpose(1, 2)

    def norm(h, weight, bias):
        return functional.layer_norm(h, (WIDTH,), weight, bias, 1e-5)

    h = w["wte"][x] + w["wpe"][:length]
    for i in range(LAYERS):
        n = norm(h, w["ln1w"][i], w["ln1b"][i])
        q, k, v = map(heads, functional.linear(n, w["qkvw"][i], w["qkvb"][i]).split(WIDTH, dim=2))
        scores = (q @ k.transpose(2, 3) / math.sqrt(WIDTH // HEADS)).masked_fill(~allowed, -math.inf)
        joined = (scores.softmax(3) @ v).transpose(1, 2).reshape(rows, length, WIDTH)
        h = h + functional.linear(joined, w["attprojw"][i], w["attprojb"][i])
        n = norm(h, w["ln2w"][i], w["ln2b"][i])
        wide = functional.gelu(functional.linear(n, w["fcw"][i], w["fcb"][i]), approximate="tanh")
        h = h + functional.linear(wide, w["fcprojw"][i], w["fcprojb"][i])
    return norm(h, w["lnfw"], w["lnfb"]) @ w["wte"].T


def loss_of(w, x, y):
    logits = logits_of(w, x)
    return logits, functional.cross_entropy(logits.flatten(0, 1), y.flatten())


def header(*numbers):
    return numpy.array(numbers + (0,) * (256 - len(numbers)), dtype="<i4").tobytes()


def float32(t):
    return t.detach().numpy().astype("<f4").tobytes()


def bfloat16(t):
    return t.detach().bfloat16().view(torch.int16).numpy().astype("<i2").tobytes()


def tensors(named, form):
    def padded(name, t):
        return torch.cat([t, torch.zeros(PADDED - VOCABULARY, WIDTH, dtype=t.dtype)]) if name == "wte" else t

    return b"".join(form(padded(name, t.detach())) for name, t in named.items())


weights, x, y = drawn()
sizes = (POSITIONS, VOCABULARY, LAYERS, HEADS, WIDTH, PADDED)
FOLDER.mkdir(exist_ok=True)
FOLDER.joinpath("model.bin").write_bytes(header(20240326, 3, *sizes) + tensors(weights, float32))
FOLDER.joinpath("model-bf16.bin").write_bytes(header(20240326, 5, *sizes) + tensors(weights, bfloat16))

for t in weights.values():
    t.requires_grad_()
optimizer = torch.optim.AdamW(weights.values(), lr=1e-4, betas=(0.9, 0.999), eps=1e-8, weight_decay=0.01)
losses = []
for step in range(10):
    logits, loss = loss_of(weights, x, y)
    optimizer.zero_grad()
    loss.backward()
    if step == 0:
        state = header(20240327, 2, BATCH, LENGTH)
        state += x.numpy().astype("<i4").tobytes() + y.numpy().astype("<i4").tobytes()
        state += float32(logits) + float32(loss)
        state += tensors({name: t.grad for name, t in weights.items()}, float32)
        FOLDER.joinpath("debug-state.bin").write_bytes(state)
    losses.append(loss.item())
    optimizer.step()
FOLDER.joinpath("losses.txt").write_text("".join(f"{loss:.9f}\n" for loss in losses))
