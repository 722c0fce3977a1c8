"""Known networks: `striate.presets.resnet18(classes=10, size=(64, 64))` is a model, ready to compile."""

from striate.presets.models import cifar10 as cifar10
from striate.presets.models import convnet as convnet
from striate.presets.models import digits as digits
from striate.presets.models import faces as faces
from striate.presets.models import lenet5 as lenet5
from striate.presets.models import mnist as mnist
from striate.presets.models import mobilenetv2 as mobilenetv2
from striate.presets.models import photos as photos
from striate.presets.models import resnet18 as resnet18
from striate.presets.models import resnet34 as resnet34
from striate.presets.models import softmax as softmax
from striate.presets.models import vgg_small as vgg_small
