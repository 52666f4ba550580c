"""PyTorch networks to float ``.tflite``, where PyTorch is: what converts equals the network, the rest is a sentence."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest

from edgeunet.litert import reference_interpreter
from tests.rigs.torch_python import run_with_torch

pytestmark = pytest.mark.nightly

OPTIONS = ["--window", "64", "--rate", "100", "--classes", "a,b,c", "-o", "out.tflite", "--json"]
PROGRAM = """
import torch
from torch import nn

def block(i, o):
    return nn.Sequential(nn.Conv1d(i, o, 5, padding=2), nn.BatchNorm1d(o), nn.ReLU())

class Net(nn.Module):
    def __init__(self, channels=1):
        super().__init__()
        self.enc, self.low, self.dec = block(channels, 6), block(6, 8), block(12, 6)
        self.up, self.out = nn.ConvTranspose1d(8, 6, 2, stride=2), nn.Conv1d(6, 3, 1)

    def forward(self, x):
        skip = self.enc(x)
        low = self.low(nn.functional.max_pool1d(skip, 2))
        return self.out(self.dec(torch.cat([skip, self.up(low)], 1)))

class Rows(Net):
    def forward(self, x):
        return super().forward(x.transpose(1, 2)).transpose(1, 2)

class Noisy(Net):
    def forward(self, x):
        return super().forward(x) + torch.rand(1)

class Pair(Net):
    def forward(self, x):
        return super().forward(x), x

def made():
    torch.manual_seed(0)
    net = Net(2)
    for layer in net.modules():
        if isinstance(layer, nn.BatchNorm1d):
            nn.init.normal_(layer.running_mean), nn.init.uniform_(layer.running_var, 0.5, 2)
    return net

def broken():
    raise ValueError("no such thing")

def number():
    return 3
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "net.py").write_text(PROGRAM)
    return tmp_path


def test_networks_of_either_order_come_in_and_norms_are_folded(folder: Path) -> None:
    for name, layout in (("Net", "(1, channels, time)"), ("Rows", "(1, time, channels)")):
        ended = run_with_torch(folder, "-m", "edgeunet", "import", f"net.py:{name}", *OPTIONS)
        assert ended.returncode == 0, ended.stderr
        document = json.loads(ended.stdout)
        assert document["layout"] == layout
        assert (document["input_shape"], document["output_shape"]) == ([64, 1], [64, 3])
        assert document["max_error"] < 1e-5 * max(1, document["largest_output"])
        assert not {"MUL", "ADD", "SUB"} & set(document["operators"])
        assert "running the code of 'net.py'" in ended.stderr
    names = [detail.name for detail in reference_interpreter(folder / "out.tflite").tensors()]
    assert {"input", "output"} < set(names)
    assert any(name.startswith("enc.") for name in names)


def test_weights_and_exported_programs_are_the_network_that_was_saved(folder: Path) -> None:
    program = (
        "import net, numpy, torch\n"
        "made = net.made().eval()\ntorch.save({'epoch': 3, 'state_dict': made.state_dict()}, 'w.pt')\n"
        "x = torch.randn(1, 2, 64)\nnumpy.save('x.npy', x.numpy())\nnumpy.save('y.npy', made(x).detach().numpy())\n"
        "torch.export.save(torch.export.export(made, (x,)), 'm.pt2')\n"
    )
    (folder / "two.py").write_text("from net import Net\n\ndef two():\n    return Net(2)\n")
    assert run_with_torch(folder, "-c", program).returncode == 0
    x, y = np.load(folder / "x.npy"), np.load(folder / "y.npy")
    for source in (["two.py:two", "--weights", "w.pt"], ["m.pt2"]):
        ended = run_with_torch(folder, "-m", "edgeunet", "import", *source, "--channels", "2", *OPTIONS)
        assert ended.returncode == 0, ended.stderr
        (scores,) = reference_interpreter(folder / "out.tflite").run(np.swapaxes(x, 1, 2))
        np.testing.assert_allclose(np.swapaxes(scores, 1, 2), y, atol=1e-5)


@pytest.mark.parametrize(
    ("source", "said"),
    [
        (["net.py:Nett"], "'net.py' has no 'Nett'; name one of: Net, Rows, Noisy, Pair"),
        (["net.py:broken"], "'net.py:broken' cannot be made (ValueError: no such thing, line"),
        (["net.py:number"], "'net.py:number' gives a int, not a torch.nn.Module"),
        (["net.py:Pair"], "'net.py:Pair' returns a tuple and one tensor is wanted"),
        (["net.py:Noisy"], "the float .tflite file differs from 'net.py:Noisy'"),
        (["net.py:Net", "--channels", "3"], "'net.py:Net' takes no window of 64 samples and 3 channels"),
        (["net.py:Net", "--classes", "a,b"], "gives an output of shape (1, 3, 64) and --classes names 2"),
        (["net.py:Net", "--weights", "net.py"], "'net.py' holds no plain weights"),
        (["damaged.pt2"], "'damaged.pt2' is not a whole exported program"),
    ],
)
def test_what_is_no_such_network_is_a_sentence(folder: Path, source: list[str], said: str) -> None:
    (folder / "damaged.pt2").write_bytes(b"PK" + bytes(100))
    ended = run_with_torch(folder, "-m", "edgeunet", "import", *OPTIONS, *source)
    assert ended.returncode == 2, ended.stderr
    assert said in ended.stderr.splitlines()[-1]
    assert not (folder / "out.tflite").exists()
