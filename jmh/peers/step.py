"""A training step of makemore part 3's network in NumPy, every gradient written by hand.

Arguments: the file that WorkloadFile.java writes, iterations of a second for the warm-up, iterations, seconds of an iteration. Prints
what PeerProcess.java prints. NumPy multiplies with whatever BLAS the loader finds; Peers.java preloads handgrad's OpenBLAS.
"""
import sys
import time

import numpy as np

file, warmups, iterations, duration = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), float(sys.argv[4])
data = open(file, "rb").read()
N, T, E, H, V, batches = np.frombuffer(data, "<i4", 6)
learning_rate, momentum = np.frombuffer(data, "<f4", 2, 24)
position = 32


def take(kind, *shape):
    global position
    count = int(np.prod(shape, dtype=np.int64))
    values = np.frombuffer(data, kind, count, position).reshape(shape).copy()
    position += 4 * count
    return values


K = T * E
table, W1, gain, bias, W2, b2 = (
    take("<f4", V, E), take("<f4", K, H), take("<f4", H), take("<f4", H), take("<f4", H, V), take("<f4", V))
contexts = take("<i4", batches, N, T)
nexts = take("<i4", batches, N)
running_mean = np.zeros(H, np.float32)
running_deviation = np.ones(H, np.float32)
rows = np.arange(N)
symbols = np.arange(V)[:, None]


def step(batch):
    global running_mean, running_deviation
    context, target = contexts[batch], nexts[batch]
    x = table[context].reshape(N, K)
    pre = x @ W1
    mean = pre.mean(0)
    unit = pre - mean
    deviation = np.sqrt((unit * unit).sum(0) / np.float32(N - 1))
    inverse = 1 / deviation
    unit *= inverse
    running_mean += momentum * (mean - running_mean)
    running_deviation += momentum * (deviation - running_deviation)
    h = np.tanh(gain * unit + bias)
    logits = h @ W2 + b2
    largest = logits.max(1, keepdims=True)
    probabilities = np.exp(logits - largest)
    sums = probabilities.sum(1, keepdims=True)
    loss = (np.log(sums[:, 0]) - (logits[rows, target] - largest[:, 0])).mean()

    d_logits = probabilities * (1 / (sums * np.float32(N)))
    d_logits[rows, target] -= np.float32(1 / N)
    d_W2 = h.T @ d_logits
    d_b2 = d_logits.sum(0)
    d = d_logits @ W2.T
    d *= 1 - h * h
    d_bias = d.sum(0)
    d_gain = (d * unit).sum(0)
    d = (gain * inverse) * (d - d_bias / np.float32(N) - unit * (d_gain / np.float32(N - 1)))
    d_W1 = x.T @ d
    d_x = d @ W1.T
    # A product with the one-hot matrix: np.add.at is many times slower.
    d_table = (symbols == context.reshape(1, -1)).astype(np.float32) @ d_x.reshape(-1, E)

    for value, gradient in (
            (table, d_table), (W1, d_W1), (gain, d_gain), (bias, d_bias), (W2, d_W2), (b2, d_b2)):
        gradient *= learning_rate
        value -= gradient
    return loss


with open("/proc/self/maps") as maps:
    blas = sorted({name.strip() for name in (line[line.rfind("/") + 1:] for line in maps) if "blas" in name})
print(f"version NumPy {np.__version__}, Python {sys.version.split()[0]}; {', '.join(blas)}")
at = 0
while at < 10:
    print("loss", step(at % batches))
    at += 1
for iteration in range(warmups + iterations):
    start = now = time.perf_counter()
    steps = 0
    while now - start < (1 if iteration < warmups else duration):
        step(at % batches)
        at += 1
        steps += 1
        now = time.perf_counter()
    if iteration >= warmups:
        print("step", (now - start) * 1e6 / steps)
