"""Messages that no client would send: every field at its extremes, of wrong length or not there; and damaged bytes."""

import json
import random
from typing import Any

from google.protobuf import json_format
from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message

NUMBERS: dict[int, list[Any]] = {
    FieldDescriptor.CPPTYPE_INT32: [0, 1, -1, 7, 2**31 - 1, -(2**31)],
    FieldDescriptor.CPPTYPE_INT64: [0, 1, -1, 10**9, 2**63 - 1, -(2**63)],
    FieldDescriptor.CPPTYPE_UINT32: [0, 1, 2, 3, 500, 5000, 2**32 - 1],
    FieldDescriptor.CPPTYPE_UINT64: [0, 1, 2, 10**9, 2**63, 2**64 - 1],
    FieldDescriptor.CPPTYPE_DOUBLE: [0.0, 1.0, -1.0, 1e300, float("nan"), float("inf")],
    FieldDescriptor.CPPTYPE_FLOAT: [0.0, 1.0, -1.0, 1e38, float("nan"), float("-inf")],
    FieldDescriptor.CPPTYPE_BOOL: [True, False],
    FieldDescriptor.CPPTYPE_ENUM: [0, 1, 2, 3, 99, -1],
}
WORDS = ["", "ann", "bob", "../ann", "\0", "ä" * 300, "{0}", "%s%n", "127.0.0.1:9", "happy", "a.json", "x" * 5000]
BLOBS = [b"", b"\0", b"\xff" * 7, bytes(64), b"\x00\x00\xc0\x7f" * 40, bytes(400_000)]
MOST_REPEATED = 20
DEEPEST = 4
SHARE_SET = 0.7  # of the fields of a message


class OddMessages:
    """A source of odd messages, always the same ones for a seed.

    Args:
        seed: Of chance.
        known_ids: By field name: values that mean something to the sidecar, so that calls get beyond the first check.
    """

    def __init__(self, seed: int, known_ids: dict[str, list[Any]]) -> None:
        self._chance = random.Random(seed)
        self._known_ids = known_ids

    def fill(self, message: Message, depth: int = 0) -> Message:
        """Set most fields of a message to something odd and return it."""
        for field in message.DESCRIPTOR.fields:
            if self._chance.random() > SHARE_SET:
                continue
            if field.message_type and field.message_type.GetOptions().map_entry:
                continue
            if field.is_repeated:
                self._fill_list(getattr(message, field.name), field, depth)
            elif field.message_type:
                if depth < DEEPEST:
                    self.fill(getattr(message, field.name), depth + 1).SetInParent()
            else:
                setattr(message, field.name, self._value(field))
        return message

    def damaged(self, data: bytes) -> bytes:
        """Return bytes that were changed, cut or added to."""
        changed = bytearray(data or b"\x0a\x03abc")
        kind = self._chance.randrange(4)
        if kind == 0:
            changed = changed[: self._chance.randrange(len(changed))]
        elif kind == 1:
            changed += self._chance.randbytes(self._chance.randint(1, 40))
        elif kind == 2:
            changed = bytearray(self._chance.randbytes(self._chance.randint(1, 200)))
        else:
            for _ in range(self._chance.randint(1, 5)):
                changed[self._chance.randrange(len(changed))] = self._chance.randrange(256)
        return bytes(changed)

    def odd_json(self, message: Message) -> bytes:
        """Return a JSON text for a message, sound or not."""
        kind = self._chance.randrange(6)
        if kind == 0:
            return json_format.MessageToJson(self.fill(message), ensure_ascii=False).encode("utf-8", "replace")
        if kind == 1:
            return self.damaged(json_format.MessageToJson(self.fill(message)).encode())
        if kind == 2:
            names = [field.json_name for field in message.DESCRIPTOR.fields] or ["x"]
            odd: list[Any] = [None, -1, 1e400, "", [], {}, [[1]], {"a": 1}, True, "NaN", 2**70]
            return json.dumps({self._chance.choice(names): self._chance.choice(odd)}).encode()
        texts = [b"", b"null", b"[]", b"3", b'"x"', b"{", b'{"a":' * 3000, b"[" * 60_000, b"\xff\xfe", b"{}" * 2]
        return self._chance.choice(texts)

    def _fill_list(self, values: Any, field: FieldDescriptor, depth: int) -> None:
        for _ in range(self._chance.choice([0, 1, 2, 3, 9, 16, MOST_REPEATED])):
            if field.message_type:
                if depth < DEEPEST:
                    self.fill(values.add(), depth + 1)
            else:
                values.append(self._value(field))

    def _value(self, field: FieldDescriptor) -> Any:
        if field.name in self._known_ids and self._chance.random() < 0.8:
            return self._chance.choice(self._known_ids[field.name])
        if field.cpp_type == FieldDescriptor.CPPTYPE_STRING:
            return self._chance.choice(BLOBS if field.type == FieldDescriptor.TYPE_BYTES else WORDS)
        return self._chance.choice(NUMBERS[field.cpp_type])
