"""What Keras has under a name that is not here: each name leads to the sentence that says how it is done in Striate.

The sentences stand in messages/ under `keras.` and the word that the tables here give.
"""

import sys
from collections.abc import Callable
from opcode import opmap

from striate.errors import NoAttributeError, NoImportError


def _by_name(ways: dict[str, str]) -> dict[str, str]:
    return {name: way for way, names in ways.items() for name in names.split()}


# Names in `striate` and its modules.
NAMES = _by_name(
    {
        "augmentation": "RandomFlip RandomRotation RandomZoom RandomTranslation RandomCrop RandomContrast"
        " RandomBrightness ImageDataGenerator",
        "scaling": "Rescaling Normalization Resizing CenterCrop preprocessing normalize"
        " image_dataset_from_directory load_img img_to_array",
        "regularizer": "regularizers l1 l2 L1 L2",
        "sequences": "Conv1D Conv3D MaxPooling1D LSTM GRU SimpleRNN Embedding Attention MultiHeadAttention"
        " TextVectorization",
        "own_layer": "Conv2DTranspose UpSampling2D Multiply Average Maximum Subtract Lambda GaussianNoise"
        " SpatialDropout2D PReLU Cropping2D GroupNormalization",
        "separable": "SeparableConv2D SeparableConvolution2D",
        "slope": "LeakyReLU ELU",
        "reshape": "Reshape Permute RepeatVector",
        "joining": "add concatenate",
        "utils": "np_utils",
        "seeds": "set_random_seed",
        "drawing": "plot_model model_to_dot",
        "datasets": "datasets",
        "applications": "applications",
        "strings": "activations initializers",
        "no_session": "backend config mixed_precision distribution",
        "numpy": "ops random tree",
        "loading": "saving model_from_json model_from_config clone_model",
        "own_loss": "Hinge Huber MeanAbsoluteError KLDivergence CategoricalFocalCrossentropy Poisson CosineSimilarity",
        "accuracy": "CategoricalAccuracy SparseCategoricalAccuracy BinaryAccuracy AUC",
        "own_rule": "Adamax Ftrl Lion Lamb",
        "own_callback": "TensorBoard LambdaCallback ProgbarLogger RemoteMonitor SwapEMAWeights",
        "not_finite": "TerminateOnNaN",
        "history": "History",
    }
)
MODEL = _by_name(
    {
        "classes": "predict_classes",
        "probabilities": "predict_proba",
        "generator": "fit_generator evaluate_generator predict_generator",
        "one_file": "save_weights load_weights to_json to_yaml get_config from_config export save_spec",
        "compiled": "optimizer loss metrics metrics_names compiled_metrics reset_metrics reset_states",
        "history": "history",
        "named_weights": "trainable_weights non_trainable_weights trainable_variables non_trainable_variables"
        " variables",
        "shapes": "input output inputs outputs input_shape output_shape",
        "pop": "pop",
    }
)
LAYER = _by_name(
    {
        "layer_weights": "weights get_weights set_weights kernel bias gamma beta trainable_weights count_params"
        " variables",
        "layer_trainable": "trainable",
        "layer_shapes": "input output output_shape compute_output_shape",
        "layer_settings": "get_config from_config",
    }
)
# Arguments of layers, models, callbacks and methods.
ARGUMENTS = _by_name(
    {
        "part_of_epoch": "steps_per_epoch validation_steps",
        "goes_on": "initial_epoch",
        "every_epoch": "validation_freq",
        "one_batch_size": "validation_batch_size",
        "reads_ahead": "workers use_multiprocessing max_queue_size",
        "regularizer": "kernel_regularizer bias_regularizer activity_regularizer depthwise_regularizer",
        "channels_last": "data_format",
        "flat_input": "input_dim",
        "any_batch": "batch_shape batch_input_shape",
        "float32": "dtype",
        "layer_trainable": "trainable",
        "decay": "decay",
        "leave_out": "verbose save_weights_only run_eagerly jit_compile steps_per_execution line_length expand_nested"
        " show_trainable loss_weights weighted_metrics",
    }
)


def argument_code(name: str) -> str | None:
    """The code of the sentence for a keyword of Keras's that nothing here takes."""
    return f"keras.{ARGUMENTS[name]}" if name in ARGUMENTS else None


def missing(owner: object, name: str, ways: dict[str, str]) -> AttributeError:
    """The error for an attribute that is not there: with the way to it where Keras has it, else as Python says it."""
    if name in ways:
        return NoAttributeError(f"keras.{ways[name]}", where=type(owner).__name__, name=name)
    return AttributeError(f"{type(owner).__name__!r} object has no attribute {name!r}", name=name, obj=owner)


def missing_in(module: str) -> Callable[[str], object]:
    """A module's `__getattr__` (PEP 562)."""

    def asked(name: str) -> object:
        if name not in NAMES:
            # With `obj` Python looks for a name like it and asks "did you mean".
            raise AttributeError(f"module {module!r} has no attribute {name!r}", name=name, obj=sys.modules[module])
        # Of `from striate.layers import X` Python says nothing but that it cannot, if this is an AttributeError.
        kind = NoImportError if _imports_a_name() else NoAttributeError
        raise kind(f"keras.{NAMES[name]}", where=module, name=name)

    return asked


def _imports_a_name() -> bool:
    frame = sys._getframe(2)  # pyright: ignore[reportPrivateUsage] (documented, and the only way)
    if frame.f_code.co_name == "__getattr__" and frame.f_back:  # the package's own, which asks here
        frame = frame.f_back
    return frame.f_code.co_code[frame.f_lasti] == opmap["IMPORT_FROM"]
