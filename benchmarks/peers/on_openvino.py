"""The nets on OpenVINO's CPU plugin, in float32: left alone it computes in bfloat16 where the CPU can."""

from typing import Any

import openvino

from benchmarks.peers.onnx_model import nchw, onnx_bytes
from benchmarks.peers.work import Built, Task


class Framework:
    """OpenVINO in float32."""

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """There are no settings."""
        return f"OpenVINO {openvino.__version__}"

    def variants(self, what: str) -> list[str]:
        """There is one way to answer: all threads at one batch."""
        return [""] if what == "infer" else []

    def build(self, task: Task) -> Built:
        """A compiled model and a request that owns its tensors."""
        options = {
            "INFERENCE_NUM_THREADS": task.threads,
            "INFERENCE_PRECISION_HINT": "f32",
            "PERFORMANCE_HINT": "LATENCY",
        }
        model, weights = onnx_bytes(task.drawing, task.batch)
        core = openvino.Core()
        request = core.compile_model(core.read_model(model=model), "CPU", options).create_infer_request()
        request.set_input_tensor(openvino.Tensor(nchw(task)))
        return Built(request.infer, weights)
