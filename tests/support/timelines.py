"""Reads what --trace wrote: Chrome's trace events."""

import dataclasses
import json
import pathlib


@dataclasses.dataclass
class Slice:
    track: int
    name: str
    begin_us: float
    end_us: float
    told: dict  # the arguments of both ends


class Timeline:
    """Of one job. A slice that never ends, or ends twice, is an error."""

    def __init__(self, path: pathlib.Path):
        self.text = path.read_text()
        self.events = json.loads(self.text)
        self.slices: list[Slice] = []
        open_slices: dict[int, list[dict]] = {}
        for event in self.events:
            here = open_slices.setdefault(event["tid"], [])
            if event["ph"] == "B":
                here.append(event)
            elif event["ph"] == "E":
                self._add(here.pop(), event)
        left = [event["name"] for here in open_slices.values() for event in here]
        assert not left, f"never ended: {left}"

    def _add(self, begin: dict, end: dict):
        assert begin["name"] == end["name"] and begin["ts"] <= end["ts"], (begin, end)
        self.slices.append(Slice(begin["tid"], begin["name"], begin["ts"], end["ts"],
                                 begin.get("args", {}) | end.get("args", {})))

    @property
    def segments(self) -> list[Slice]:
        return [one for one in self.slices if "segment" in one.told]

    @property
    def stages(self) -> list[str]:
        return [one.name for one in self.slices if one.track == 0]

    def marks(self, name: str) -> list[dict]:
        return [event["args"] for event in self.events
                if event["ph"] == "i" and event["name"] == name]

    def counters(self, name: str) -> list[dict]:
        return [event["args"] for event in self.events
                if event["ph"] == "C" and event["name"] == name]

    def covered(self) -> list[tuple[int, int]]:
        """The bytes that segments brought, as ranges without a byte in common, in order."""
        merged: list[tuple[int, int]] = []
        for one in sorted(self.segments, key=lambda one: one.told["begin"]):
            begin, end = one.told["begin"], one.told["position"]
            if begin == end:
                continue
            if merged and begin <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(merged[-1][1], end))
            else:
                merged.append((begin, end))
        return merged
