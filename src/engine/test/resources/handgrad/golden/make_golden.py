"""Makes the .safetensors files beside this one: values and gradients of PyTorch's autograd in float64.

Run with a python3 that has torch, such as Debian's (made with 1.13):

    ATEN_CPU_CAPABILITY=default /usr/bin/python3 make_golden.py [NAME...]

A NAME is a function marked @golden; without one, all are run. The variable selects PyTorch's scalar code, whose normal
numbers do not depend on the vector unit of the machine.

The gradient of a tensor t is named t.grad; in a file of layers/ it is the gradient of sum(out.grad * out). Inputs are
drawn in float32 and so are exact in both types. A new layer is a new function here and a new row in LayerGoldenTest.
"""

import json
import math
import pathlib
import struct
import sys

import torch
from torch.nn import functional

HERE = pathlib.Path(__file__).parent
SEED = 2147483647
TYPES = {torch.float64: ("F64", "d"), torch.float32: ("F32", "f"), torch.int64: ("I32", "i")}

makers = {}


def golden(function):
    makers[function.__name__] = function
    return function


def save(name, tensors):
    """Writes the format by hand: the header's length, the header as JSON, the elements, those of 8 bytes first."""
    header, elements = {}, b""
    for key, tensor in sorted(tensors.items(), key=lambda item: item[1].dtype != torch.float64):
        dtype, letter = TYPES[tensor.dtype]
        values = tensor.detach().flatten().tolist()
        begin = len(elements)
        elements += struct.pack(f"<{len(values)}{letter}", *values)
        header[key] = {"dtype": dtype, "shape": list(tensor.shape), "data_offsets": [begin, len(elements)]}
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    HERE.joinpath(name + ".safetensors").write_bytes(struct.pack("<Q", len(text)) + text + elements)


def seeded():
    return torch.Generator().manual_seed(SEED)


def leaves(tensors):
    """Float64 copies that gather a gradient; indices as they are."""
    return {k: t.double().requires_grad_() if t.is_floating_point() else t for k, t in tensors.items()}


def gradients(tensors):
    return {f"{k}.grad": t.grad for k, t in tensors.items() if t.is_floating_point()}


# Operations on tensors


@golden
def batched_matmul():
    """a · b, aᵀ · b and a · bᵀ of batches (2, 1) and (3), each with its gradients."""
    g = seeded()
    tensors = {}
    for form, a, b in [("nn", (2, 1, 4, 7), (3, 7, 5)), ("tn", (2, 1, 7, 4), (3, 7, 5)), ("nt", (2, 1, 4, 7), (3, 5, 7))]:
        inputs = leaves({f"{form}.a": torch.randn(a, generator=g), f"{form}.b": torch.randn(b, generator=g)})
        left, right = inputs.values()
        out = (left.mT if form == "tn" else left) @ (right.mT if form == "nt" else right)
        d_out = torch.randn(out.shape, generator=g).double()
        out.backward(d_out)
        tensors |= {**inputs, f"{form}.out": out, f"{form}.out.grad": d_out, **gradients(inputs)}
    save("batched-matmul", tensors)


@golden
def words():
    """Values of other operations, at numbers with ties."""
    g = seeded()
    x = torch.randn(3, 5, 4, generator=g).double()
    rounded = (2 * x).round() / 2
    y = (2 * torch.randn(5, 1, generator=g)).round().double() / 2
    indices = torch.randint(0, 5, (2, 7, 4), generator=g)
    columns = torch.randint(0, 4, (3, 5, 4), generator=g)
    ascending = rounded.sort(dim=1, stable=True)
    descending = rounded.sort(dim=0, descending=True, stable=True)
    largest = x.topk(3, 1)
    tensors = {
        "x": x,
        "rounded": rounded,
        "y": y,
        "indices": indices,
        "columns": columns,
        "sigmoid": x.sigmoid(),
        "softmax": x.softmax(1),
        "log-softmax": x.log_softmax(0),
        "log-sum-exp": x.logsumexp(2, keepdim=True),
        "clamp": x.clamp(-0.5, 0.75),
        "rsub": torch.rsub(x, 2),
        "maximum": torch.maximum(rounded, y),
        "minimum": torch.minimum(rounded, y),
        "where": torch.where(columns != 0, x, y),
        "stack": torch.stack([x, rounded], -2),
        "variance-biased": x.var(1, unbiased=False),
        "deviation-unbiased": x.std(0, unbiased=True, keepdim=True),
        "cumsum": x.cumsum(1),
        "ascending": ascending.values,
        "ascending-indices": ascending.indices,
        "descending": descending.values,
        "descending-indices": descending.indices,
        "largest": largest.values,
        "largest-indices": largest.indices,
        "gather": x.gather(1, indices),
        "scatter-add": x.scatter_add(2, columns, rounded),
    }
    save("words", tensors)


# Layers


def layer(name, function, g, **inputs):
    """A layer without state; function(**inputs) is its output."""
    inputs = leaves(inputs)
    out = function(**inputs)
    d_out = torch.randn(out.shape, generator=g).double()
    out.backward(d_out)
    save(f"layers/{name}", {**inputs, "out": out, "out.grad": d_out, **gradients(inputs)})


def layer_with_state(name, function, g, state, **inputs):
    """A layer that moves its state in training: a training step, then an evaluation with the state as moved.

    function(state, training, **inputs) is its output; in training it updates state.
    """
    state = {k: t.double() for k, t in state.items()}
    tensors = {k: t.clone() for k, t in state.items()}
    for training, prefix in ((True, ""), (False, "evaluation.")):
        passed = leaves(inputs)
        out = function(state, training, **passed)
        if training:
            d_out = torch.randn(out.shape, generator=g).double()
            tensors.update({**passed, "out.grad": d_out})
            tensors.update({f"{k}.after": t.clone() for k, t in state.items()})
        out.backward(d_out)
        tensors.update({prefix + k: t for k, t in {"out": out, **gradients(passed)}.items()})
    save(f"layers/{name}", tensors)


@golden
def embedding():
    g = seeded()
    repeated = torch.tensor([[2, 0, 2], [2, 1, 0], [4, 4, 2]])
    layer("embedding", lambda x, weight: weight[x], g, x=repeated, weight=torch.randn(6, 5, generator=g))
    zeros = torch.randn(6, 5, generator=g)
    zeros[2] = 0
    layer("embedding-padded", lambda x, weight: functional.embedding(x, weight, 2), g, x=repeated, weight=zeros)


@golden
def positional_embedding():
    g = seeded()
    x, weight = torch.randn(2, 3, 5, generator=g), torch.randn(4, 5, generator=g)
    layer("positional-embedding", lambda x, weight: x + weight[torch.arange(3)], g, x=x, weight=weight)


@golden
def linear():
    def affine(x, weight, bias=0):
        return x @ weight + bias

    g = seeded()
    weight, bias = torch.randn(17, 7, generator=g), torch.randn(7, generator=g)
    layer("linear", affine, g, x=torch.randn(5, 17, generator=g), weight=weight, bias=bias)
    layer("linear-without-bias", affine, g, x=torch.randn(5, 17, generator=g), weight=weight)
    layer("linear-3d", affine, g, x=torch.randn(4, 3, 17, generator=g), weight=weight, bias=bias)


@golden
def tied_linear():
    g = seeded()
    layer("tied-linear", lambda x, weight: x @ weight.T, g,
          x=torch.randn(2, 3, 17, generator=g), weight=torch.randn(7, 17, generator=g))


@golden
def tanh():
    g = seeded()
    layer("tanh", lambda x: torch.tanh(x), g, x=2 * torch.randn(3, 21, generator=g))


@golden
def sigmoid():
    g = seeded()
    layer("sigmoid", lambda x: torch.sigmoid(x), g, x=4 * torch.randn(3, 21, generator=g))


@golden
def gated_activation():
    def gated(x):
        f, gate = x.chunk(2, -1)
        return torch.tanh(f) * torch.sigmoid(gate)

    g = seeded()
    layer("gated-activation", gated, g, x=2 * torch.randn(2, 3, 34, generator=g))


@golden
def causal_conv1d():
    """Channels are PyTorch's dimension 1, and the last one here; its weight is (out, in, kernel), here (kernel·in, out)."""

    def convolution(kernel, dilation):
        def out(x, weight, bias=None):
            w = weight.view(kernel, x.shape[-1], -1).permute(2, 1, 0)
            return functional.conv1d(x.movedim(-1, 1), w, bias, dilation=dilation).movedim(1, -1)

        return out

    g = seeded()
    x, bias = torch.randn(3, 9, 5, generator=g), torch.randn(7, generator=g)
    weight2, weight3 = torch.randn(10, 7, generator=g), torch.randn(15, 7, generator=g)
    layer("causal-conv1d", convolution(2, 1), g, x=x, weight=weight2, bias=bias)
    layer("causal-conv1d-dilation-4", convolution(2, 4), g, x=x, weight=weight2)
    layer("causal-conv1d-kernel-3", convolution(3, 2), g, x=x, weight=weight3, bias=bias)


@golden
def recurrent():
    """What PyTorch's modules call, so that each weight is a leaf; W and U are (gates * hidden, in) there. The start is
    one for the batch."""

    def sequence(function, states):
        def out(x, start=None, startCell=None, **p):
            weights = [p["input.weight"].T, p["hidden.weight"].T, p["input.bias"], p["hidden.bias"]]
            zeros = torch.zeros(1, 7, dtype=x.dtype)
            given = [(zeros if t is None else t).expand(len(x), -1)[None].contiguous() for t in (start, startCell)]
            return function(x, given[0] if states == 1 else given, weights, True, 1, 0.0, False, False, True)[0]

        return out

    g = seeded()
    for name, function, width, states in (("rnn", torch.rnn_tanh, 1, 1), ("gru", torch.gru, 3, 1), ("lstm", torch.lstm, 4, 2)):
        sizes = {"input.weight": (5, width * 7), "input.bias": (width * 7,),
                 "hidden.weight": (7, width * 7), "hidden.bias": (width * 7,)}
        parameters = {k: torch.randn(size, generator=g) / 2 for k, size in sizes.items()}
        x = torch.randn(3, 6, 5, generator=g)
        layer(name, sequence(function, states), g, x=x, **parameters)
        starts = {k: torch.randn(1, 7, generator=g) for k in ("start", "startCell")[:states]}
        layer(f"{name}-start", sequence(function, states), g, x=x, **parameters, **starts)


def unrolled(cell, x, start):
    """The hidden states of all steps, one cell call each, as makemore.py's RNN unrolls it."""
    h, states = start.expand(len(x), -1), []
    for t in range(x.shape[1]):
        h = cell(x[:, t], h)
        states.append(h)
    return torch.stack(states, 1)


@golden
def makemore_cells():
    """Linear layers of [x, h], the weight of x above that of h; of the GRU those of z, r and the candidate."""

    def rnn(x, start, **p):
        weight = torch.cat([p["input.weight"], p["hidden.weight"]])
        return unrolled(lambda xt, h: torch.tanh(torch.cat([xt, h], 1) @ weight + p["input.bias"]), x, start)

    def gru(x, start, **p):
        weights = torch.cat([p["input.weight"], p["hidden.weight"]]).chunk(3, 1)
        (wz, wr, wh), (bz, br, bh) = weights, p["input.bias"].chunk(3)

        def cell(xt, h):
            xh = torch.cat([xt, h], 1)
            reset = torch.sigmoid(xh @ wr + br)
            candidate = torch.tanh(torch.cat([xt, reset * h], 1) @ wh + bh)
            z = torch.sigmoid(xh @ wz + bz)
            return (1 - z) * h + z * candidate

        return unrolled(cell, x, start)

    g = seeded()
    for name, function, width in (("rnn-makemore", rnn, 1), ("makemore-gru", gru, 3)):
        sizes = {"input.weight": (5, width * 7), "input.bias": (width * 7,), "hidden.weight": (7, width * 7)}
        parameters = {k: torch.randn(size, generator=g) / 2 for k, size in sizes.items()}
        layer(name, function, g, x=torch.randn(3, 6, 5, generator=g), start=torch.randn(1, 7, generator=g), **parameters)


@golden
def bag_of_words():
    """The mean as makemore.py has it: a softmax of zeros, masked above the diagonal, times x."""

    def mean(x):
        steps = x.shape[1]
        mask = torch.tril(torch.ones(steps, steps)) == 0
        return torch.zeros(steps, steps, dtype=x.dtype).masked_fill(mask, float("-inf")).softmax(-1) @ x

    def block(x, **p):
        y = x + mean(x)
        inner = torch.tanh(y @ p["mlp.f.0.weight"] + p["mlp.f.0.bias"])
        return y + inner @ p["mlp.f.2.weight"] + p["mlp.f.2.bias"]

    g = seeded()
    layer("causal-mean", mean, g, x=torch.randn(3, 9, 5, generator=g))
    sizes = {"mlp.f.0.weight": (5, 7), "mlp.f.0.bias": (7,), "mlp.f.2.weight": (7, 5), "mlp.f.2.bias": (5,)}
    parameters = {k: torch.randn(size, generator=g) for k, size in sizes.items()}
    layer("bag-of-words", block, g, x=torch.randn(3, 9, 5, generator=g), **parameters)


@golden
def recurrent_draws():
    """Weights as PyTorch's constructors draw them; of makemore's cells the linear layers in the order of constructors."""
    tensors = {}
    for name, kind in (("rnn", torch.nn.RNN), ("gru", torch.nn.GRU), ("lstm", torch.nn.LSTM)):
        torch.manual_seed(SEED)
        tensors |= {f"{name}.{k}": t for k, t in kind(5, 7).named_parameters()}
    torch.manual_seed(SEED)
    for i in range(3):
        linear = torch.nn.Linear(5 + 7, 7)
        tensors |= {f"linear{i}.weight": linear.weight, f"linear{i}.bias": linear.bias}
    torch.manual_seed(SEED)
    for i, linear in enumerate([torch.nn.Linear(5, 7), torch.nn.Linear(7, 5)]):
        tensors |= {f"bow{i}.weight": linear.weight, f"bow{i}.bias": linear.bias}
    save("recurrent-draws", tensors)


@golden
def flatten():
    g = seeded()
    layer("flatten", lambda x: x.flatten(0, 1), g, x=torch.randn(3, 4, 5, generator=g))


@golden
def relu():
    g = seeded()
    layer("relu", lambda x: functional.relu(x), g, x=torch.randn(3, 21, generator=g))


@golden
def leaky_relu():
    g = seeded()
    layer("leaky-relu", lambda x: functional.leaky_relu(x), g, x=torch.randn(3, 21, generator=g))
    layer("leaky-relu-slope-0.2", lambda x: functional.leaky_relu(x, 0.2), g, x=torch.randn(3, 21, generator=g))


@golden
def conv2d():
    """PyTorch's weight is (out, in/groups, height, width), here (in/groups·height·width, out)."""

    def case(name, kernel, stride, padding, x, weight, groups=1, **bias):
        def out(x, weight, bias=None):
            w = weight.t().reshape(weight.shape[1], x.shape[1] // groups, *kernel)
            return functional.conv2d(x, w, bias, stride=stride, padding=padding, groups=groups)

        layer(name, out, g, x=x, weight=weight, **bias)

    g = seeded()
    x, bias = torch.randn(3, 2, 9, 7, generator=g), torch.randn(5, generator=g)
    weight3, weight5 = torch.randn(18, 5, generator=g), torch.randn(50, 5, generator=g)
    case("conv2d", (3, 3), 1, 0, x, weight3, bias=bias)
    case("conv2d-padding-1", (3, 3), 1, 1, x, weight3)
    case("conv2d-stride-2", (3, 3), 2, 0, x, weight3, bias=bias)
    case("conv2d-stride-2-padding-1", (3, 3), 2, 1, x, weight3, bias=bias)
    case("conv2d-kernel-5-stride-3-padding-2", (5, 5), 3, 2, x, weight5, bias=bias)
    x4, bias6 = torch.randn(3, 4, 8, 6, generator=g), torch.randn(6, generator=g)
    weight60, weight30 = torch.randn(60, 6, generator=g), torch.randn(30, 6, generator=g)
    case("conv2d-kernel-3x5-stride-2x1-padding-0x2", (3, 5), (2, 1), (0, 2), x4, weight60, bias=bias6)
    case("conv2d-groups-2", (3, 5), (2, 1), (0, 2), x4, weight30, groups=2, bias=bias6)
    case("conv2d-depthwise", (3, 3), 1, 1, x4, torch.randn(9, 8, generator=g), groups=4)
    case("conv2d-kernel-1x4-stride-1x3-padding-0x3", (1, 4), (1, 3), (0, 3), x4, torch.randn(16, 2, generator=g))


@golden
def conv_transpose2d():
    """PyTorch's weight is (in, out/groups, height, width), here (out/groups·height·width, in)."""

    def case(name, kernel, x, weight, groups=1, bias=None, **options):
        def out(x, weight, bias=None):
            w = weight.t().reshape(weight.shape[1], -1, *kernel)
            return functional.conv_transpose2d(x, w, bias, groups=groups, **options)

        layer(name, out, g, x=x, weight=weight, **({} if bias is None else {"bias": bias}))

    g = seeded()
    x, bias = torch.randn(2, 4, 5, 3, generator=g), torch.randn(6, generator=g)
    weight3, weight35 = torch.randn(54, 4, generator=g), torch.randn(90, 4, generator=g)
    case("conv-transpose2d", (3, 3), x, weight3, bias=bias)
    case("conv-transpose2d-stride-2-padding-1", (3, 3), x, weight3, stride=2, padding=1)
    case("conv-transpose2d-output-padding-1", (3, 3), x, weight3, bias=bias, stride=2, padding=1, output_padding=1)
    odd = {"stride": (2, 1), "padding": (0, 2), "output_padding": (1, 0)}
    case("conv-transpose2d-kernel-3x5-stride-2x1-padding-0x2", (3, 5), x, weight35, bias=bias, **odd)
    case("conv-transpose2d-groups-2", (3, 5), x, torch.randn(45, 4, generator=g), groups=2, bias=bias, **odd)
    case("conv-transpose2d-depthwise", (2, 2), x, torch.randn(4, 4, generator=g), groups=4, stride=2)


@golden
def max_pool2d():
    """Whole numbers, so that many windows have several largest."""
    g = seeded()
    x = torch.randint(4, (2, 3, 7, 9), generator=g).float()
    layer("max-pool2d", lambda x: functional.max_pool2d(x, 2), g, x=x)
    layer("max-pool2d-stride-1", lambda x: functional.max_pool2d(x, 3, 1), g, x=x)
    layer("max-pool2d-stride-3", lambda x: functional.max_pool2d(x, 2, 3), g, x=x)
    layer("max-pool2d-padding-1", lambda x: functional.max_pool2d(x, 3, 2, 1), g, x=x)
    odd = (3, 4), (1, 2), (0, 2)
    layer("max-pool2d-kernel-3x4-stride-1x2-padding-0x2", lambda x: functional.max_pool2d(x, *odd), g, x=x)


@golden
def avg_pool2d():
    g = seeded()
    x = torch.randn(2, 3, 7, 9, generator=g)
    layer("avg-pool2d", lambda x: functional.avg_pool2d(x, 2), g, x=x)
    layer("avg-pool2d-kernel-3-stride-2-padding-1", lambda x: functional.avg_pool2d(x, 3, 2, 1), g, x=x)
    odd = (3, 4), (1, 2), (0, 2)
    layer("avg-pool2d-kernel-3x4-stride-1x2-padding-0x2", lambda x: functional.avg_pool2d(x, *odd), g, x=x)
    layer("global-avg-pool2d", lambda x: functional.adaptive_avg_pool2d(x, 1), g, x=x)


@golden
def gelu():
    g = seeded()
    layer("gelu-tanh", lambda x: functional.gelu(x, approximate="tanh"), g, x=2 * torch.randn(3, 21, generator=g))
    layer("gelu", lambda x: functional.gelu(x), g, x=2 * torch.randn(3, 21, generator=g))


@golden
def softmax():
    g = seeded()
    layer("softmax", lambda x: functional.softmax(x, -1), g, x=4 * torch.randn(3, 4, 21, generator=g))
    layer("log-softmax", lambda x: functional.log_softmax(x, -1), g, x=4 * torch.randn(3, 4, 21, generator=g))


@golden
def dropout():
    """Masks come from PyTorch's default generator, whose seed is that of the layer in LayerGoldenTest."""

    def dropped(state, training, x):
        torch.manual_seed(SEED)
        return functional.dropout(x, 0.3, training)

    g = seeded()
    layer_with_state("dropout", dropped, g, {}, x=torch.randn(5, 21, generator=g))


@golden
def residual():
    def around(x, **f):
        return x + torch.tanh(x @ f["f.0.weight"] + f["f.0.bias"]) @ f["f.2.weight"]

    g = seeded()
    weights = {
        "f.0.weight": torch.randn(7, 9, generator=g),
        "f.0.bias": torch.randn(9, generator=g),
        "f.2.weight": torch.randn(9, 7, generator=g),
    }
    layer("residual", around, g, x=torch.randn(4, 7, generator=g), **weights)


@golden
def layer_norm():
    def normalized(x, weight, bias):
        return functional.layer_norm(x, weight.shape, weight, bias)

    g = seeded()
    weight, bias = torch.randn(21, generator=g), torch.randn(21, generator=g)
    layer("layer-norm", normalized, g, x=torch.randn(5, 21, generator=g), weight=weight, bias=bias)
    layer("layer-norm-3d", normalized, g, x=torch.randn(2, 3, 21, generator=g), weight=weight, bias=bias)


@golden
def rms_norm():
    """Written out, as PyTorch 1.13 has no RMSNorm."""

    def normalized(epsilon):
        return lambda x, weight: x / (x.square().mean(-1, keepdim=True) + epsilon).sqrt() * weight

    g = seeded()
    weight = torch.randn(21, generator=g)
    layer("rms-norm", normalized(2**-23), g, x=torch.randn(5, 21, generator=g), weight=weight)
    layer("rms-norm-3d-epsilon-0.1", normalized(0.1), g, x=torch.randn(2, 3, 21, generator=g), weight=weight)


@golden
def flatten_consecutive():
    g = seeded()
    x = torch.randn(3, 4, 5, generator=g)
    layer("flatten-consecutive-2", lambda x: x.view(3, 2, 10), g, x=x)
    layer("flatten-consecutive-4", lambda x: x.view(3, 20), g, x=x)


@golden
def batch_norm():
    def pytorch(state, training, x, weight, bias):
        """Features are PyTorch's dimension 1, and the last one here."""
        statistics = state["running_mean"], state["running_var"]
        out = functional.batch_norm(x.movedim(-1, 1), *statistics, weight, bias, training, momentum=0.1, eps=1e-5)
        return out.movedim(1, -1)

    def first_axis(state, training, x, weight, bias):
        """Each position's features are features of their own."""
        n, positions, features = x.shape
        flat = {k: t.expand(positions, features).flatten().clone() for k, t in state.items()}
        out = pytorch(flat, training, x.flatten(1), weight.repeat(positions), bias.repeat(positions))
        state.update({k: t.view(positions, features) for k, t in flat.items()})
        return out.view(x.shape)

    def makemore_layer(state, training, x, weight, bias):
        """The class of makemore parts 3 and 5: the unbiased variance everywhere, momentum 0.1."""
        mean, variance = state["running_mean"], state["running_var"]
        if training:
            rows = tuple(range(x.dim() - 1))
            running_mean, running_var = mean, variance
            mean, variance = x.mean(rows), x.var(rows, unbiased=True)
            state["running_mean"] = 0.9 * running_mean + 0.1 * mean.detach()
            state["running_var"] = 0.9 * running_var + 0.1 * variance.detach()
        return weight * (x - mean) / torch.sqrt(variance + 1e-5) + bias

    def makemore_part_3(state, training, x, weight, bias):
        """The small network of makemore part 3: the unbiased deviation, no epsilon, momentum 0.001."""
        mean, deviation = state["running_mean"], state["running_std"]
        if training:
            running_mean, running_std = mean, deviation
            mean, deviation = x.mean(0), x.std(0, unbiased=True)
            state["running_mean"] = 0.999 * running_mean + 0.001 * mean.detach()
            state["running_std"] = 0.999 * running_std + 0.001 * deviation.detach()
        return weight * (x - mean) / deviation + bias

    def case(name, function, *shape, spread="running_var"):
        g = seeded()
        features = shape[-1]
        layer_with_state(
            f"batch-norm-{name}",
            function,
            g,
            {"running_mean": torch.randn(features, generator=g), spread: torch.rand(features, generator=g) + 0.5},
            x=3 * torch.randn(shape, generator=g) + 1,
            weight=torch.randn(features, generator=g),
            bias=torch.randn(features, generator=g),
        )

    case("pytorch", pytorch, 9, 21)
    case("pytorch-3d", pytorch, 4, 3, 5)
    case("pytorch-first-axis", first_axis, 6, 3, 5)
    case("makemore-layer", makemore_layer, 9, 21)
    case("makemore-layer-3d", makemore_layer, 4, 3, 5)
    case("makemore-part-3", makemore_part_3, 9, 21, spread="running_std")


@golden
def batch_norm2d():
    def pytorch(state, training, x, weight, bias):
        statistics = state["running_mean"], state["running_var"]
        return functional.batch_norm(x, *statistics, weight, bias, training, momentum=0.1, eps=1e-5)

    g = seeded()
    layer_with_state(
        "batch-norm2d",
        pytorch,
        g,
        {"running_mean": torch.randn(5, generator=g), "running_var": torch.rand(5, generator=g) + 0.5},
        x=3 * torch.randn(4, 5, 6, 3, generator=g) + 1,
        weight=torch.randn(5, generator=g),
        bias=torch.randn(5, generator=g),
    )


@golden
def cross_entropy():
    """Logits from -40 to 40, so that some probabilities are almost 0 and almost 1."""
    g = seeded()
    inputs = leaves({"logits": 12 * torch.randn(33, 27, generator=g), "targets": torch.randint(27, (33,), generator=g)})
    loss = functional.cross_entropy(inputs["logits"], inputs["targets"])
    loss.backward()
    save("cross-entropy", {**inputs, "loss": loss, **gradients(inputs)})


@golden
def mse_loss():
    g = seeded()
    inputs = leaves({"x": torch.randn(5, 21, generator=g), "target": torch.randn(5, 21, generator=g)})
    loss = functional.mse_loss(inputs["x"], inputs["target"].detach())
    loss.backward()
    save("mse-loss", {**inputs, "loss": loss, "x.grad": inputs["x"].grad})


def loss(name, function, x, target):
    """A loss of x and a target without a gradient: its mean and its sum, and the gradients of x."""
    inputs = leaves({"x": x})
    target = target.double() if target.is_floating_point() else target
    tensors = {**inputs, "target": target}
    for reduction in ("mean", "sum"):
        inputs["x"].grad = None
        value = function(inputs["x"], target, reduction)
        value.backward()
        tensors.update({f"{reduction}.loss": value, f"{reduction}.x.grad": inputs["x"].grad})
    save(f"losses/{name}", tensors)


@golden
def losses():
    """Some log-probabilities come from a softmax, some targets are 0 or 1, and some rows are ignored."""
    g = seeded()
    x, target = 2 * torch.randn(5, 21, generator=g), torch.randn(5, 21, generator=g)
    loss("l1", lambda x, t, r: functional.l1_loss(x, t, reduction=r), x, target)
    loss("mse", lambda x, t, r: functional.mse_loss(x, t, reduction=r), x, target)
    loss("huber", lambda x, t, r: functional.huber_loss(x, t, reduction=r, delta=0.5), x, target)
    share = torch.sigmoid(target).mul(1.5).sub(0.25).clamp(0, 1)
    bce = functional.binary_cross_entropy_with_logits
    loss("bce-with-logits", lambda x, t, r: bce(x, t, reduction=r), 9 * x, share)
    log_p, q = torch.log_softmax(x, -1), torch.softmax(target, -1).sub(0.02).clamp(0, 1)
    loss("kl-div", lambda x, t, r: functional.kl_div(x, t, reduction=r), log_p, q)
    loss("kl-div-batch", lambda x, t, r: functional.kl_div(x, t, reduction=r.replace("mean", "batchmean")), log_p, q)
    classes = torch.randint(21, (5,), generator=g)
    classes[3] = -100
    weight = torch.arange(21).double().div(10)
    loss("nll", lambda x, t, r: functional.nll_loss(x, t, reduction=r), log_p, classes)
    loss("nll-weighted", lambda x, t, r: functional.nll_loss(x, t, weight, reduction=r), log_p, classes)
    for name, options in {
        "plain": {},
        "smoothed": {"label_smoothing": 0.1},
        "weighted": {"weight": weight},
        "weighted-smoothed": {"weight": weight, "label_smoothing": 0.1},
    }.items():
        loss(f"cross-entropy-{name}", lambda x, t, r: functional.cross_entropy(x, t, reduction=r, **options), 6 * x, classes)
    # PyTorch's classes are dimension 1.
    x, classes = 3 * torch.randn(4, 3, 7, generator=g), torch.randint(7, (4, 3), generator=g)
    classes[1, 2] = -100
    loss("cross-entropy-3d", lambda x, t, r: functional.cross_entropy(x.mT, t, reduction=r), x, classes)


# Optimisers


@golden
def adam():
    """A parameter after each of five steps with given gradients, by each optimiser."""
    g = seeded()
    start, steps = torch.randn(3, 21, generator=g), torch.randn(5, 3, 21, generator=g)
    tensors = {"start": start.double(), "grads": steps.double()}
    optimisers = {"adam": lambda p: torch.optim.Adam(p, lr=0.01),
                  "adam-l2": lambda p: torch.optim.Adam(p, lr=0.01, weight_decay=0.5),
                  "adamw": lambda p: torch.optim.AdamW(p, lr=0.01, weight_decay=0.5),
                  "sgd": lambda p: torch.optim.SGD(p, lr=0.01),
                  "sgd-decay": lambda p: torch.optim.SGD(p, lr=0.01, weight_decay=0.5),
                  "momentum": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, dampening=0.25, weight_decay=0.5),
                  "nesterov": lambda p: torch.optim.SGD(p, lr=0.01, momentum=0.9, nesterov=True),
                  "rmsprop": lambda p: torch.optim.RMSprop(p, lr=0.01),
                  "rmsprop-alpha": lambda p: torch.optim.RMSprop(p, lr=0.01, alpha=0.8, eps=1e-3, weight_decay=0.5),
                  "rmsprop-momentum": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9),
                  "rmsprop-centered": lambda p: torch.optim.RMSprop(p, lr=0.01, momentum=0.9, centered=True)}
    for name, make in optimisers.items():
        value = start.double().clone().requires_grad_()
        optimiser = make([value])
        values = []
        for grad in steps:
            value.grad = grad.double()
            optimiser.step()
            values.append(value.detach().clone())
        tensors[name] = torch.stack(values)
    save("adam", tensors)


@golden
def parameter_groups():
    """Parameters of two groups after each of five steps, the gradients of which are clipped to the norm 3."""
    g = seeded()
    weight, bias = torch.randn(3, 7, generator=g), torch.randn(7, generator=g)
    weights, biases = torch.randn(5, 3, 7, generator=g), torch.randn(5, 7, generator=g)
    tensors = {"weight": weight.double(), "bias": bias.double(),
               "weight.grads": weights.double(), "bias.grads": biases.double()}
    optimisers = {"adamw": lambda groups: torch.optim.AdamW(groups, lr=0.01),
                  "adam": lambda groups: torch.optim.Adam(groups, lr=0.01),
                  "sgd": lambda groups: torch.optim.SGD(groups, lr=0.01),
                  "momentum": lambda groups: torch.optim.SGD(groups, lr=0.01, momentum=0.9)}
    for name, make in optimisers.items():
        w, b = weight.double().clone().requires_grad_(), bias.double().clone().requires_grad_()
        optimiser = make([{"params": [w], "weight_decay": 0.5}, {"params": [b], "weight_decay": 0.0, "lr": 0.02}])
        values, norms = [], []
        for w.grad, b.grad in zip(weights.double(), biases.double()):
            norms.append(torch.nn.utils.clip_grad_norm_([w, b], 3))
            optimiser.step()
            values.append(torch.cat([w.detach().flatten(), b.detach()]))
        tensors[name] = torch.stack(values)
    tensors["norms"] = torch.stack(norms)
    save("parameter-groups", tensors)


@golden
def initialization():
    """Weights (fan-in, fan-out) as torch.nn.init draws them in float32; its fan_out is that of (out, in)."""
    init = torch.nn.init
    draws = {
        "pytorch": lambda w: init.kaiming_uniform_(w, a=math.sqrt(5), mode="fan_out"),
        "kaiming-normal": lambda w: init.kaiming_normal_(w, mode="fan_out", nonlinearity="relu"),
        "kaiming-uniform": lambda w: init.kaiming_uniform_(w, mode="fan_out", nonlinearity="relu"),
        "xavier-normal": lambda w: init.xavier_normal_(w, gain=5 / 3),
        "xavier-uniform": init.xavier_uniform_,
        "normal": lambda w: init.normal_(w, std=0.02),
        "orthogonal": init.orthogonal_,
        "orthogonal-gain": lambda w: init.orthogonal_(w, gain=math.sqrt(2)),
        "truncated-normal": init.trunc_normal_,
        "truncated-normal-0.5": lambda w: init.trunc_normal_(w, std=0.5, a=-0.25, b=0.25),
        "truncated-normal-0.02": lambda w: init.trunc_normal_(w, std=0.02),
    }
    tensors = {}
    for name, draw in draws.items():
        for sizes in ((30, 20), (20, 30), (16, 16), (3, 4), (4, 3)):
            torch.manual_seed(SEED)
            tensors[f"{name}.{sizes[0]}x{sizes[1]}"] = draw(torch.empty(sizes))
    torch.manual_seed(SEED)
    linear = torch.nn.Linear(20, 30)
    tensors["linear.weight"], tensors["linear.bias"] = linear.weight, linear.bias
    save("initialization", tensors)


@golden
def weight_average():
    """The average of a layer's parameters after each of five updates."""
    g = seeded()
    weights, biases = torch.randn(5, 3, 7, generator=g), torch.randn(5, 3, generator=g)
    model = torch.nn.Linear(7, 3).double()
    average = torch.optim.swa_utils.AveragedModel(model, avg_fn=lambda mean, value, _: 0.9 * mean + (1 - 0.9) * value)
    values = []
    for weight, bias in zip(weights, biases):
        model.load_state_dict({"weight": weight, "bias": bias})
        average.update_parameters(model)
        mean = average.module
        values.append(torch.cat([mean.weight.detach().T.flatten(), mean.bias.detach()]))
    save("weight-average", {"weights": weights.transpose(1, 2).contiguous(), "biases": biases,
                            "averages": torch.stack(values)})


@golden
def tied_training():
    """Losses, the first gradients and the parameters after five steps of AdamW, where the output is the embedding."""
    class Tied(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.embedding = torch.nn.Embedding.from_pretrained(torch.randn(6, 5, generator=g).double(), freeze=False)
            self.hidden = torch.nn.Linear(5, 5, dtype=torch.float64)
            self.output = torch.nn.Linear(5, 6, bias=False, dtype=torch.float64)
            self.output.weight = self.embedding.weight

        def forward(self, x):
            return self.output(torch.tanh(self.hidden(self.embedding(x))))

    g = seeded()
    model = Tied()
    weight, bias = torch.randn(5, 5, generator=g), torch.randn(5, generator=g)
    model.hidden.load_state_dict({"weight": weight.double().T, "bias": bias.double()})
    x, y = torch.randint(6, (5, 8), generator=g), torch.randint(6, (5, 8), generator=g)
    tensors = {"table": model.embedding.weight.detach().clone(), "weight": weight.double(), "bias": bias.double(),
               "x": x, "y": y}
    optimiser = torch.optim.AdamW(model.parameters(), lr=0.01, weight_decay=0.1)
    losses = []
    for inputs, targets in zip(x, y):
        optimiser.zero_grad()
        loss = functional.cross_entropy(model(inputs), targets)
        loss.backward()
        if not losses:
            tensors["table.grad"] = model.embedding.weight.grad.clone()
        losses.append(loss.detach())
        optimiser.step()
    save("tied-training", {**tensors, "losses": torch.stack(losses), "table.after": model.embedding.weight,
                           "weight.after": model.hidden.weight.T.contiguous(), "bias.after": model.hidden.bias})


@golden
def gpt_training():
    """The loss, every gradient, and ten steps of AdamW of a small GPT, with an own head and biases, and tied without."""
    batch, time, vocabulary, layers, heads, width = 3, 5, 11, 2, 2, 8

    def parameters(g, bias, tied):
        """By the names of handgrad, weights (in, out); drawn in float32."""
        def linear(name, rows, columns):
            tensors = {f"{name}.weight": 0.4 * torch.randn(rows, columns, generator=g)}
            return tensors | ({f"{name}.bias": 0.2 * torch.randn(columns, generator=g)} if bias else {})

        def norm(name):
            tensors = {f"{name}.weight": 1 + 0.3 * torch.randn(width, generator=g)}
            return tensors | ({f"{name}.bias": 0.3 * torch.randn(width, generator=g)} if bias else {})

        p = {"tokens.weight": torch.randn(vocabulary, width, generator=g),
             "positions.weight": torch.randn(time + 1, width, generator=g)}
        for i in range(layers):
            b = f"blocks.{i}"
            p |= norm(f"{b}.norm1") | linear(f"{b}.attention.qkv", width, 3 * width)
            p |= linear(f"{b}.attention.projection", width, width) | norm(f"{b}.norm2")
            p |= linear(f"{b}.expand", width, 4 * width) | linear(f"{b}.contract", 4 * width, width)
        p |= norm("norm")
        if not tied:
            p["head.weight"] = torch.randn(width, vocabulary, generator=g)
        return p

    def forward(p, x, exact):
        def linear(name, h):
            return h @ p[f"{name}.weight"] + p.get(f"{name}.bias", 0)

        def norm(name, h):
            return functional.layer_norm(h, (width,), p[f"{name}.weight"], p.get(f"{name}.bias"))

        h = p["tokens.weight"][x] + p["positions.weight"][:time]
        mask = torch.ones(time, time).tril().bool()
        for i in range(layers):
            b = f"blocks.{i}"
            q, k, v = (t.view(batch, time, heads, -1).transpose(1, 2)
                       for t in linear(f"{b}.attention.qkv", norm(f"{b}.norm1", h)).chunk(3, -1))
            scores = (q @ k.mT / math.sqrt(width // heads)).masked_fill(~mask, -math.inf)
            mixed = (scores.softmax(-1) @ v).transpose(1, 2).reshape(batch, time, width)
            h = h + linear(f"{b}.attention.projection", mixed)
            wide = linear(f"{b}.expand", norm(f"{b}.norm2", h))
            h = h + linear(f"{b}.contract", functional.gelu(wide, approximate="none" if exact else "tanh"))
        head = p["head.weight"] if "head.weight" in p else p["tokens.weight"].T
        return norm("norm", h) @ head

    g = seeded()
    for name, bias, tied in [("own", True, False), ("tied", False, True)]:
        first = leaves(parameters(g, bias, tied))
        x, y = torch.randint(vocabulary, (2, batch, time), generator=g)
        y[1, 3:] = -100
        tensors = {**first, "x": x, "y": y}
        p = {key: t.detach().clone().requires_grad_() for key, t in first.items()}
        optimizer = torch.optim.AdamW(p.values(), lr=0.01, betas=(0.9, 0.99), weight_decay=0.1)
        losses = []
        for step in range(11):
            logits = forward(p, x, exact=tied)
            loss = functional.cross_entropy(logits.view(-1, vocabulary), y.view(-1))
            optimizer.zero_grad()
            loss.backward()
            losses.append(loss.detach())
            if step == 0:
                tensors |= {"logits": logits, **{f"{key}.grad": t.grad.clone() for key, t in p.items()}}
            optimizer.step()
        save(f"gpt-{name}", {**tensors, "losses": torch.stack(losses)})


# The exercise of makemore part 4


@golden
def backprop():
    """All values of the chunked forward pass, and the gradients of its 26 tensors.

    The lecture draws bngain and bnbias from an unseeded generator; here they follow b2 on the seeded one.
    """
    g = seeded()
    n, hidden = 32, 64

    def randn(*shape):
        return torch.randn(shape, generator=g)

    parameters = leaves(
        {
            "C": randn(27, 10),
            "W1": randn(30, hidden) * (5 / 3) / math.sqrt(30),
            "b1": randn(hidden) * 0.1,
            "W2": randn(hidden, 27) * 0.1,
            "b2": randn(27) * 0.1,
            "bngain": randn(1, hidden) * 0.1 + 1.0,
            "bnbias": randn(1, hidden) * 0.1,
        }
    )
    C, W1, b1, W2, b2, bngain, bnbias = parameters.values()
    Xb, Yb = torch.randint(27, (n, 3), generator=g), torch.randint(27, (n,), generator=g)

    emb = C[Xb]
    embcat = emb.view(n, -1)
    hprebn = embcat @ W1 + b1
    bnmeani = 1 / n * hprebn.sum(0, keepdim=True)
    bndiff = hprebn - bnmeani
    bndiff2 = bndiff**2
    bnvar = 1 / (n - 1) * bndiff2.sum(0, keepdim=True)
    bnvar_inv = (bnvar + 1e-5) ** -0.5
    bnraw = bndiff * bnvar_inv
    hpreact = bngain * bnraw + bnbias
    h = torch.tanh(hpreact)
    logits = h @ W2 + b2
    logit_maxes = logits.max(1, keepdim=True).values
    norm_logits = logits - logit_maxes
    counts = norm_logits.exp()
    counts_sum = counts.sum(1, keepdim=True)
    counts_sum_inv = counts_sum**-1
    probs = counts * counts_sum_inv
    logprobs = probs.log()
    loss = -logprobs[range(n), Yb].mean()

    intermediates = dict(
        logprobs=logprobs, probs=probs, counts_sum_inv=counts_sum_inv, counts_sum=counts_sum, counts=counts,
        norm_logits=norm_logits, logit_maxes=logit_maxes, logits=logits, h=h, hpreact=hpreact, bnraw=bnraw,
        bnvar_inv=bnvar_inv, bnvar=bnvar, bndiff2=bndiff2, bndiff=bndiff, bnmeani=bnmeani, hprebn=hprebn,
        embcat=embcat, emb=emb,
    )
    for t in intermediates.values():
        t.retain_grad()
    loss.backward()
    values = {**parameters, **intermediates}
    save("backprop", {**values, **gradients(values), "Xb": Xb, "Yb": Yb, "loss": loss})


# Whole models


def model(name, g, parameters, logits):
    """The losses of ten steps of gradient descent in both types, and the gradients of the first batch.

    logits(x, *parameters) is the output of the model; parameters are named by the position of their layer. The batches
    are rows of characters without meaning, drawn after the parameters.
    """
    x, y = torch.randint(27, (10, 32, 3), generator=g), torch.randint(27, (10, 32), generator=g)

    def train(dtype):
        trained = {k: t.to(dtype).clone().requires_grad_() for k, t in parameters.items()}
        sgd = torch.optim.SGD(trained.values(), lr=0.1)
        losses, first = [], {}
        for batch in range(10):
            loss = functional.cross_entropy(logits(x[batch], *trained.values()), y[batch])
            sgd.zero_grad(set_to_none=True)
            loss.backward()
            first = first or gradients(trained)
            sgd.step()
            losses.append(loss.detach())
        return torch.stack(losses), first

    losses, first = train(torch.float64)
    losses32, _ = train(torch.float32)
    save(name, {**parameters, **first, "x": x, "y": y, "losses": losses, "losses.float32": losses32})


@golden
def mlp():
    g = seeded()
    parameters = {
        "0.weight": torch.randn(27, 10, generator=g),
        "2.weight": torch.randn(30, 100, generator=g),
        "2.bias": torch.randn(100, generator=g),
        "4.weight": torch.randn(100, 27, generator=g),
        "4.bias": torch.randn(27, generator=g),
    }
    model("mlp", g, parameters, lambda x, c, w1, b1, w2, b2: torch.tanh(c[x].flatten(1) @ w1 + b1) @ w2 + b2)


@golden
def mlp_bn():
    def logits(x, c, w1, gain, bias, w2, b2):
        h = c[x].flatten(1) @ w1
        return torch.tanh(gain * (h - h.mean(0)) / h.std(0, unbiased=True) + bias) @ w2 + b2

    g = seeded()
    parameters = {
        "0.weight": torch.randn(27, 10, generator=g),
        "2.weight": torch.randn(30, 100, generator=g) * (5 / 3) / math.sqrt(30),
        "3.weight": torch.ones(100),
        "3.bias": torch.zeros(100),
        "5.weight": torch.randn(100, 27, generator=g) * 0.01,
        "5.bias": torch.randn(27, generator=g) * 0,
    }
    model("mlp-bn", g, parameters, logits)


@golden
def hundred_steps():
    """The losses of a hundred steps of two small networks in float32, and the weights they began with.

    The images are 128 of noise, in four batches again and again; the class of each is its brightest quarter.
    """
    torch.manual_seed(SEED)
    x = torch.randn(128, 1, 12, 12)
    y = functional.avg_pool2d(x, 6).flatten(1).argmax(1)
    cnn = torch.nn.Sequential(
        torch.nn.Conv2d(1, 8, 3, padding=1),
        torch.nn.BatchNorm2d(8),
        torch.nn.ReLU(),
        torch.nn.MaxPool2d(2),
        torch.nn.Conv2d(8, 16, 3, stride=2),
        torch.nn.ReLU(),
        torch.nn.Flatten(),
        torch.nn.Linear(64, 4),
    )
    mlp = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(144, 64), torch.nn.Tanh(), torch.nn.Linear(64, 4))

    def train(name, model, optimizer):
        save("hundred-steps-" + name, model.state_dict())
        losses = []
        for step in range(100):
            rows = slice(32 * (step % 4), 32 * (step % 4 + 1))
            loss = functional.cross_entropy(model(x[rows]), y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.detach())
        return torch.stack(losses)

    losses = {
        "cnn": train("cnn", cnn, torch.optim.SGD(cnn.parameters(), lr=0.05, momentum=0.9, nesterov=True)),
        "mlp": train("mlp", mlp, torch.optim.AdamW(mlp.parameters(), lr=0.01, weight_decay=0.1)),
    }
    save("hundred-steps", {"y": y, **losses})


if "NO AVX" not in torch.__config__.show():
    raise SystemExit("run with ATEN_CPU_CAPABILITY=default in the environment")
HERE.joinpath("layers").mkdir(exist_ok=True)
HERE.joinpath("losses").mkdir(exist_ok=True)
for maker in sys.argv[1:] or makers:
    makers[maker]()
