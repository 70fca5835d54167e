"""Makes python.safetensors beside this file, with the reference implementation of the format.

Run with a python3 that has numpy and safetensors (made with 0.8.0): python3 make_fixtures.py
"""

import pathlib

import numpy
from safetensors.numpy import save_file

save_file(
    {
        "weight": numpy.array([[1.5, -0.0, numpy.inf], [numpy.nan, 3.4028235e38, 1.4e-45]], dtype=numpy.float32),
        "größe": numpy.array([7, -1, 2**31 - 1, -(2**31)], dtype=numpy.int32),
        "scalar": numpy.array(0.1, dtype=numpy.float64),
        "empty": numpy.zeros((0, 3), dtype=numpy.float32),
    },
    pathlib.Path(__file__).parent / "python.safetensors",
    metadata={"format": 'a "quoted" text'},
)
