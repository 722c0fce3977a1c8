"""The nets on ONNX Runtime's own CPU kernels. It answers; it does not learn."""

from typing import Any

import onnxruntime

from benchmarks.peers.onnx_model import INPUT, nchw, onnx_bytes
from benchmarks.peers.work import Built, Task


class Framework:
    """ONNX Runtime in float32."""

    def start(self, threads: int, settings: dict[str, Any]) -> str:
        """There are no settings."""
        return f"ONNX Runtime {onnxruntime.__version__}"

    def variants(self, what: str) -> list[str]:
        """There is one way to answer."""
        return [""] if what == "infer" else []

    def build(self, task: Task) -> Built:
        """A session with every optimisation, for one batch size."""
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads, options.inter_op_num_threads = task.threads, 1
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
        model, weights = onnx_bytes(task.drawing, task.batch)
        session = onnxruntime.InferenceSession(model, options, providers=["CPUExecutionProvider"])
        inputs = {INPUT: nchw(task)}
        return Built(lambda: session.run(None, inputs), weights)
