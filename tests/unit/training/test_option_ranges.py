"""Options of the commands of training that cannot be: refused before anything is begun."""

import math
from typing import Any

import pytest

from rsatalker.errors import OptionError
from rsatalker.training.corpus import CorpusOptions
from rsatalker.training.dyadic_training import TrainDialogueOptions
from rsatalker.training.evaluate import EvaluateOptions
from rsatalker.training.social_video import CompareRelationsOptions
from rsatalker.training.train_speech import TrainSpeechOptions

pytestmark = pytest.mark.unit


@pytest.mark.parametrize(
    ("kind", "option", "value", "sentence"),
    [
        (CorpusOptions, "hours", -1.0, "hours is -1.0; expected 0.001 to 100000"),
        (CorpusOptions, "dialogue_s", math.nan, "dialogue-s is nan; expected 5 to 300.0"),
        (TrainSpeechOptions, "steps", 0, "steps is 0; expected 1 to 1000000000"),
        (TrainSpeechOptions, "minutes", 0.0, "minutes is 0.0; expected 0.001 to 1000000"),
        (TrainDialogueOptions, "seed", -1, "seed is -1; expected 0 to"),
        (EvaluateOptions, "social_minutes", -3.0, "social-minutes is -3.0; expected 0 to 100000"),
        (CompareRelationsOptions, "seconds", 0.0, "seconds is 0.0; expected 0.1 to 300.0"),
        (CompareRelationsOptions, "relations", ("blood-equal",), "relations are blood-equal; expected two to four"),
    ],
)
def test_option_out_of_its_range_is_refused(kind: Any, option: str, value: object, sentence: str) -> None:
    with pytest.raises(OptionError, match=sentence):
        kind(**{option: value})
