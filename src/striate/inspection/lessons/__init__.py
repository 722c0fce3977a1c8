"""Twelve short lessons: what they say, compute, draw and ask. Facts only; the words stand in messages/."""

from striate.inspection.lessons.book import CONTENTS as CONTENTS
from striate.inspection.lessons.book import Lesson as Lesson
from striate.inspection.lessons.book import lesson as lesson
