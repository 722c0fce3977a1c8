"""Striate: convolutional neural networks for ordinary computers.

Names and defaults are Keras's where Keras has the thing: `import striate as keras` runs such code.
"""

from striate import callbacks as callbacks
from striate import calling as calling
from striate import layers as layers
from striate import losses as losses
from striate import metrics as metrics
from striate import models as models
from striate import optimizers as optimizers
from striate.data.load import Dataset as Dataset
from striate.data.load import Images as Images
from striate.data.load import digits as digits
from striate.data.load import load_images as load_images
from striate.data.preprocessing import Preprocessing as Preprocessing
from striate.errors import Notice as Notice
from striate.errors import StriateError as StriateError
from striate.layers import Activation as Activation
from striate.layers import AveragePooling2D as AveragePooling2D
from striate.layers import AvgPool2D as AvgPool2D
from striate.layers import Conv2D as Conv2D
from striate.layers import Dense as Dense
from striate.layers import Dropout as Dropout
from striate.layers import Flatten as Flatten
from striate.layers import Input as Input
from striate.layers import MaxPool2D as MaxPool2D
from striate.layers import MaxPooling2D as MaxPooling2D
from striate.messages import speak as speak
from striate.model import Model as Model
from striate.model import load_model as load_model
from striate.sequential import Sequential as Sequential
from striate.version import __version__ as __version__
