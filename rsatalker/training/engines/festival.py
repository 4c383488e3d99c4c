"""Festival: recorded-speech voices of several languages; one process speaks a whole batch, because it starts slowly."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from rsatalker.errors import AudioError
from rsatalker.training.engines.spoken import Spoken, run_engine, samples_of_wave
from rsatalker.training.phones import Shapes, segments_of, visemes_of_arpabet, visemes_of_foreign


@dataclass(frozen=True, slots=True)
class FestivalVoice:
    """A voice and the Debian package it comes from.

    Attributes:
        name: Function that selects it in festival's Scheme.
        language: Two letters.
        package: Debian package.
    """

    name: str
    language: str
    package: str


FESTIVAL_VOICES = (
    FestivalVoice("voice_kal_diphone", "en", "festvox-kallpc16k"),
    FestivalVoice("voice_ked_diphone", "en", "festvox-kdlpc16k"),
    FestivalVoice("voice_cmu_us_slt_arctic_hts", "en", "festvox-us-slt-hts"),
    FestivalVoice("voice_lp_diphone", "it", "festvox-italp16k"),
    FestivalVoice("voice_pc_diphone", "it", "festvox-itapc16k"),
    FestivalVoice("voice_czech_dita", "cs", "festvox-czech-dita"),
    FestivalVoice("voice_czech_krb", "cs", "festvox-czech-krb"),
    FestivalVoice("voice_czech_machac", "cs", "festvox-czech-machac"),
    FestivalVoice("voice_czech_ph", "cs", "festvox-czech-ph"),
    FestivalVoice("voice_upc_ca_ona_hts", "ca", "festvox-ca-ona-hts"),
    FestivalVoice("voice_msu_ru_nsh_clunits", "ru", "festvox-ru"),
    FestivalVoice("voice_suo_fi_lj_diphone", "fi", "festvox-suopuhe-lj"),
)  # Finnish mv is left out: its labels do not match its sound. Hindi and Telugu crash on Latin text.

TEXT_ENCODINGS = {"cs": "iso-8859-2", "fi": "iso-8859-1"}  # what the voices' letter rules are written in; else UTF-8


def installed_festival_voices() -> tuple[FestivalVoice, ...]:
    """Return the voices that festival has on this machine; none if festival is not installed."""
    if shutil.which("festival") is None:
        return ()
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "voices.scm"
        script.write_text('(mapcar (lambda (voice) (format t "%s\\n" voice)) (voice.list))\n', encoding="utf-8")
        listed = set(run_engine(["festival", "-b", str(script)]).split())
    return tuple(voice for voice in FESTIVAL_VOICES if voice.name.removeprefix("voice_") in listed)


def spoken_by_festival(
    texts: Sequence[str], voice: FestivalVoice, duration_stretches: Sequence[float]
) -> Iterator[tuple[int, Spoken]]:
    """Yield the index of each text and its utterance; a text that the voice cannot say is left out.

    Raises:
        ToolMissing: Festival is not installed.
    """
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder) / "batch.scm"
        commands = _batch_script(texts, voice, duration_stretches, Path(folder))
        script.write_text(commands, encoding=TEXT_ENCODINGS.get(voice.language, "utf-8"))
        run_engine(["festival", "-b", str(script)])
        for index in range(len(texts)):
            wave, labels = Path(folder) / f"{index}.wav", Path(folder) / f"{index}.segs"
            if not labels.is_file():
                continue
            try:
                samples = samples_of_wave(wave)
            except AudioError:  # missing or empty: the voice had nothing to say
                continue
            phones = _phones(labels.read_text(encoding="utf-8", errors="replace"), voice.language)
            yield index, Spoken(samples, segments_of(phones), f"festival-{voice.name.removeprefix('voice_')}")


def _batch_script(texts: Sequence[str], voice: FestivalVoice, stretches: Sequence[float], folder: Path) -> str:
    lines = [f"({voice.name})"]
    for index, (text, stretch) in enumerate(zip(texts, stretches, strict=True)):
        base = (folder / str(index)).as_posix()
        plain = text.replace("\\", " ").replace('"', " ")  # the text stands in a string of Scheme
        lines += [
            f"(Parameter.set 'Duration_Stretch {stretch:.3f})",
            f"(set! spoken (eval (list 'Utterance 'Text \"{plain}\")))",  # Utterance is a macro: hence eval
            f'(utt.synth spoken)(utt.save.wave spoken "{base}.wav" \'riff)(utt.save.segs spoken "{base}.segs")',
        ]
    return "\n".join(lines)


def _phones(labels: str, language: str) -> list[tuple[Shapes, float, float]]:
    """Return the phones of lines `end colour name`."""
    phones: list[tuple[Shapes, float, float]] = []
    start_s = 0.0
    for line in labels.splitlines():
        words = line.split()
        if len(words) != 3:
            continue
        end_s, name = float(words[0]), words[2]
        shapes = visemes_of_arpabet(name) if language == "en" else visemes_of_foreign(name, language)
        phones.append((shapes, start_s, end_s))
        start_s = end_s
    return phones
