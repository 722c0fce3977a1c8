"""Layers, by Keras's names: `from striate.layers import Conv2D, MaxPooling2D, Dense`."""

from striate import calling as calling  # lets a layer be called on an array
from striate.network.graph import Input as Input
from striate.network.layers import Activation as Activation
from striate.network.layers import AveragePooling2D as AveragePooling2D
from striate.network.layers import AvgPool2D as AvgPool2D
from striate.network.layers import Conv2D as Conv2D
from striate.network.layers import Dense as Dense
from striate.network.layers import Dropout as Dropout
from striate.network.layers import Flatten as Flatten
from striate.network.layers import InputLayer as InputLayer
from striate.network.layers import Layer as Layer
from striate.network.layers import MaxPool2D as MaxPool2D
from striate.network.layers import MaxPooling2D as MaxPooling2D
