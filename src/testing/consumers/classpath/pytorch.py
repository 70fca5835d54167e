"""Compares the outputs of ImageTraining's model in PyTorch, trains it a little and writes it back.

python3 pytorch.py FOLDER: reads weights.safetensors, x.npy and y.npy, writes pytorch.safetensors and pytorch.npy
"""

import json
import pathlib
import sys

import numpy
import torch
from torch import nn

TYPES = {"F32": "<f4", "I32": "<i4", "I64": "<i8"}
KINDS = {numpy.dtype(code): kind for kind, code in TYPES.items()}


def read_file(path):
    data = path.read_bytes()
    start = 8 + int.from_bytes(data[:8], "little")
    header = json.loads(data[8:start])
    header.pop("__metadata__", None)
    tensors = {}
    for name, entry in header.items():
        begin, end = entry["data_offsets"]
        elements = numpy.frombuffer(data[start + begin : start + end], TYPES[entry["dtype"]])
        tensors[name] = torch.from_numpy(elements.reshape(entry["shape"]).copy())
    return tensors


def write_file(path, tensors):
    header, body = {}, b""
    for name, tensor in tensors.items():
        content = tensor.detach().numpy().tobytes()
        place = [len(body), len(body) + len(content)]
        header[name] = {"dtype": KINDS[tensor.numpy().dtype], "shape": list(tensor.shape), "data_offsets": place}
        body += content
    text = json.dumps(header).encode()
    path.write_bytes(len(text).to_bytes(8, "little") + text + body)


folder = pathlib.Path(sys.argv[1])
model = nn.Sequential(
    nn.Conv2d(1, 8, 5),
    nn.BatchNorm2d(8),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Conv2d(8, 16, 5),
    nn.ReLU(),
    nn.MaxPool2d(2),
    nn.Flatten(),
    nn.Dropout(0.25),
    nn.Linear(256, 10),
)
model.load_state_dict(read_file(folder / "weights.safetensors"))
model.eval()
x = torch.from_numpy(numpy.load(folder / "x.npy"))
y = torch.from_numpy(numpy.load(folder / "y.npy"))
difference = ((model(x) - y).abs().max() / y.abs().max()).item()
print(f"largest difference from handgrad's outputs, of the largest output: {difference:.1e}")
if not difference <= 1e-5:
    sys.exit(1)
model.train()
sgd = torch.optim.SGD(model.parameters(), lr=0.01)
for _ in range(3):
    sgd.zero_grad()
    model(x).square().mean().backward()
    sgd.step()
model.eval()
write_file(folder / "pytorch.safetensors", model.state_dict())
numpy.save(folder / "pytorch.npy", model(x).detach().numpy())
