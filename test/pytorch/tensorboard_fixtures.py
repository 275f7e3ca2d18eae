"""Writes test/fixtures/imports: event files as TensorBoard's own libraries write them, small ones.

    python3 test/pytorch/tensorboard_fixtures.py       (needs torch and tensorboard)

pytorch.tfevents  torch.utils.tensorboard: scalars as simple_value, and in the new form as tensors; a histogram beside them
tensors.tfevents  the form of TensorFlow 2: a tensor of one number under the plugin "scalars", as float32, float64 and half
"""

import pathlib
import shutil
import tempfile

import torch
from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.plugins.scalar import metadata
from tensorboard.summary.writer.event_file_writer import EventFileWriter
from torch.utils.tensorboard import SummaryWriter

out = pathlib.Path(__file__).parent.parent / "fixtures" / "imports"
START = 1_700_000_000.0


def written(folder: pathlib.Path, name: str) -> None:
    """Moves the one event file of a folder under a name that does not change."""
    (file,) = folder.glob("*tfevents*")
    shutil.move(file, out / name)


def pytorch(folder: pathlib.Path) -> None:
    writer = SummaryWriter(str(folder))
    for step in range(1, 21):
        wall = START + step / 2
        writer.add_scalar("train/loss", 4 / step, step, wall)
        if step % 5 == 0:
            writer.add_scalar("val/loss", 4 / step + 0.25, step, wall, new_style=True)
    writer.add_scalar("train/loss", float("nan"), 21, START + 10.5)
    writer.add_histogram("weights", torch.arange(8.0), 1, walltime=START)
    writer.close()


def tensors(folder: pathlib.Path) -> None:
    writer = EventFileWriter(str(folder))
    kinds = {"float": (1, {"float_val": [1.5]}), "double": (2, {"double_val": [2.5]}), "half": (19, {"half_val": [0x4100]})}
    for step, (kind, (dtype, fields)) in enumerate(kinds.items()):
        tensor = tensor_pb2.TensorProto(dtype=dtype, tensor_shape=tensor_shape_pb2.TensorShapeProto(), **fields)
        value = summary_pb2.Summary.Value(
            tag=kind, tensor=tensor, metadata=metadata.create_summary_metadata("", "")
        )
        writer.add_event(event_pb2.Event(step=step, wall_time=START + step, summary=summary_pb2.Summary(value=[value])))
    packed = tensor_pb2.TensorProto(dtype=1, tensor_content=torch.tensor([3.5]).numpy().tobytes())
    value = summary_pb2.Summary.Value(tag="packed", tensor=packed)
    writer.add_event(event_pb2.Event(step=9, wall_time=START + 9, summary=summary_pb2.Summary(value=[value])))
    writer.close()


if __name__ == "__main__":
    out.mkdir(parents=True, exist_ok=True)
    for write, name in ((pytorch, "pytorch.tfevents"), (tensors, "tensors.tfevents")):
        with tempfile.TemporaryDirectory() as folder:
            write(pathlib.Path(folder))
            written(pathlib.Path(folder), name)
