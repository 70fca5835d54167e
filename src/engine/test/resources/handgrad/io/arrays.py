"""Exchanges arrays with NpyTest: python3 arrays.py write FOLDER, python3 arrays.py check FOLDER"""

import sys

import numpy
from numpy.lib import format

action, folder = sys.argv[1:]
numbers = numpy.arange(24).reshape(2, 3, 4)

if action == "write":
    arrays = {}
    for code in "f2 f4 f8 i1 i2 i4 i8 u1 u2 u4 u8".split():
        for order in "<>":
            for layout in "CF":
                name = code + ("little" if order == "<" else "big") + layout
                arrays[name] = numpy.array(numbers, dtype=order + code, order=layout)
    for name, array in arrays.items():
        numpy.save(f"{folder}/{name}.npy", array)
    numpy.savez(f"{folder}/stored.npz", **arrays)
    numpy.savez_compressed(f"{folder}/compressed.npz", **arrays)
    for major in (1, 2, 3):
        with open(f"{folder}/version{major}.npy", "wb") as file:
            format.write_array(file, numbers, version=(major, 0))
    numpy.save(f"{folder}/truth.npy", numpy.array([True, False, True]))
    numpy.save(f"{folder}/scalar.npy", numpy.float64(0.1))
    numpy.save(f"{folder}/empty.npy", numpy.zeros((0, 3), "f4"))
    numpy.save(f"{folder}/objects.npy", numpy.array([1, "a"], dtype=object), allow_pickle=True)
    numpy.save(f"{folder}/records.npy", numpy.zeros(2, dtype=[("a", "f4"), ("b", "i4")]))
else:
    arrays = numpy.load(f"{folder}/java.npz", allow_pickle=False)
    expected = {
        "weight": numpy.array([[1, -2.5, 3], [4, 5, -0.0]], "f4"),
        "0.mean": numpy.array([0.1], "f8"),
        "steps": numpy.array(7, "i4"),
        "empty": numpy.zeros((0, 5), "f4"),
    }
    assert list(arrays.keys()) == list(expected), list(arrays.keys())
    for name, array in expected.items():
        for found in (arrays[name], numpy.load(f"{folder}/{name}.npy", allow_pickle=False)):
            assert found.dtype == array.dtype and found.shape == array.shape, (name, found)
            assert found.tobytes() == array.tobytes(), (name, found)
