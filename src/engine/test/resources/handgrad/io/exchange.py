"""Exchanges the weights of small models with TorchWeightsTest, through a reader and a writer of safetensors.

python3 exchange.py write FOLDER: makes each model, writes its state dict, an input x and its output y
python3 exchange.py read FOLDER: loads each state dict, writes the output y for the input x

The files are KIND-weights.safetensors, KIND-x.safetensors and KIND-y.safetensors.
"""

import json
import sys

import numpy
import torch
from torch import nn

TYPES = {"F32": "<f4", "F64": "<f8", "I32": "<i4", "I64": "<i8"}


def read_file(path):
    data = open(path, "rb").read()
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
        array = numpy.ascontiguousarray(tensor.detach().numpy())
        kind = {numpy.dtype(code): kind for kind, code in TYPES.items()}[array.dtype]
        content = array.tobytes()
        place = [len(body), len(body) + len(content)]
        header[name] = {"dtype": kind, "shape": list(tensor.shape), "data_offsets": place}
        body += content
    text = json.dumps(header).encode()
    open(path, "wb").write(len(text).to_bytes(8, "little") + text + body)


def tied():
    model = nn.Sequential(nn.Embedding(7, 4), nn.LayerNorm(4), nn.Linear(4, 7, bias=False))
    model[2].weight = model[0].weight
    return model


MODELS = {
    "mlp": lambda: (
        nn.Sequential(nn.Linear(5, 16), nn.BatchNorm1d(16), nn.Tanh(), nn.Linear(16, 3)),
        torch.randn(8, 5),
    ),
    "cnn": lambda: (
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(64, 3)
        ),
        torch.randn(8, 2, 8, 8),
    ),
    "images": lambda: (
        nn.Sequential(
            nn.Conv2d(4, 6, (3, 5), stride=(2, 1), padding=(0, 2), groups=2),
            nn.MaxPool2d(3, 1, 1),
            nn.ConvTranspose2d(6, 4, (3, 2), stride=(2, 1), output_padding=(1, 0), groups=2),
            nn.AvgPool2d((2, 3), (2, 1), (0, 1)),
            nn.AdaptiveAvgPool2d(1),
            nn.Flatten(),
            nn.Linear(4, 3),
        ),
        torch.randn(8, 4, 9, 7),
    ),
    "embedding": lambda: (
        nn.Sequential(nn.Embedding(7, 4), nn.LayerNorm(4), nn.Linear(4, 3, bias=False)),
        torch.randint(7, (8,)),
    ),
    "tied": lambda: (tied(), torch.randint(7, (8,))),
}


def main(action, folder):
    for kind, make in MODELS.items():
        torch.manual_seed(5)
        model, x = make()
        weights, x_file, y_file = (f"{folder}/{kind}-{part}.safetensors" for part in ("weights", "x", "y"))
        if action == "write":
            with torch.no_grad():
                for parameter in model.parameters():
                    parameter.add_(0.1 * torch.randn_like(parameter))
            for _ in range(3):
                model(x)
            model.eval()
            write_file(weights, model.state_dict())
            write_file(x_file, {"x": x})
        else:
            model.load_state_dict(read_file(weights))
            model.eval()
            x = read_file(x_file)["x"]
        write_file(y_file, {"y": model(x)})


main(*sys.argv[1:])
