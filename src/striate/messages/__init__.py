"""Every text that a person reads, in each language, looked up by its code."""

from striate.messages.render import LANGUAGES as LANGUAGES
from striate.messages.render import language as language
from striate.messages.render import render as render
from striate.messages.render import speak as speak
