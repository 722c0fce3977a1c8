"""Layers, by Keras's names: `from striate.layers import Conv2D, MaxPooling2D, Dense`."""

from typing import TYPE_CHECKING

from striate import calling as calling  # lets a layer be called on an array
from striate.engines.reference.activation import custom_activation as custom_activation
from striate.network.elsewhere import missing_in
from striate.network.graph import Input as Input
from striate.network.layers import Activation as Activation
from striate.network.layers import Add as Add
from striate.network.layers import AveragePooling2D as AveragePooling2D
from striate.network.layers import AvgPool2D as AvgPool2D
from striate.network.layers import BatchNormalization as BatchNormalization
from striate.network.layers import Concatenate as Concatenate
from striate.network.layers import Conv2D as Conv2D
from striate.network.layers import CustomLayer as CustomLayer
from striate.network.layers import Dense as Dense
from striate.network.layers import DepthwiseConv2D as DepthwiseConv2D
from striate.network.layers import Dropout as Dropout
from striate.network.layers import Flatten as Flatten
from striate.network.layers import GlobalAveragePooling2D as GlobalAveragePooling2D
from striate.network.layers import GlobalAvgPool2D as GlobalAvgPool2D
from striate.network.layers import GlobalMaxPool2D as GlobalMaxPool2D
from striate.network.layers import GlobalMaxPooling2D as GlobalMaxPooling2D
from striate.network.layers import InputLayer as InputLayer
from striate.network.layers import Layer as Layer
from striate.network.layers import LayerNormalization as LayerNormalization
from striate.network.layers import MaxPool2D as MaxPool2D
from striate.network.layers import MaxPooling2D as MaxPooling2D
from striate.network.layers import ReLU as ReLU
from striate.network.layers import Softmax as Softmax
from striate.network.layers import ZeroPadding2D as ZeroPadding2D
from striate.network.layers import custom as custom
from striate.network.layout import Weight as Weight

if not TYPE_CHECKING:
    __getattr__ = missing_in("striate.layers")
