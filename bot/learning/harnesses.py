"""Harnesses: cases in the shapes that eval harnesses read. Every shape is written line by line, as the cases come.

promptfoo reads YAML (https://www.promptfoo.dev/docs/configuration/reference/), OpenAI's evals a file of samples with
an entry of their registry (https://github.com/openai/evals/blob/main/docs/build-eval.md).
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from enum import StrEnum
from typing import Any

NAME = "signoff-regressions"
"""What the eval is called."""
PROMPT = (
    "You are an agent that acts for customers with tools. This is the conversation so far, and what is known of the "
    'case. Answer with one JSON object alone: {"tool": its name, "arguments": its arguments}; with '
    '{"tool": null} where nothing should be done now.'
)
_TEMPLATES = (("{{", "{ {"), ("}}", "} }"), ("{%", "{ %"), ("%}", "% }"), ("{#", "{ #"), ("#}", "# }"))
"""Marks of the template language in which promptfoo reads every text, apart so that nobody's words are run."""


class Shape(StrEnum):
    """How cases are written."""

    JSONL = "jsonl"
    PROMPTFOO = "promptfoo"
    OPENAI_EVALS = "openai-evals"


def head(shape: Shape) -> str:
    """What stands before the cases."""
    if shape is not Shape.PROMPTFOO:
        return ""
    prompt = f"{_said(PROMPT)}\n\n{{{{ case }}}}"
    lines = ("description: Corrections of an agent by people, as Signoff recorded them", f"prompts: [{_text(prompt)}]")
    return "\n".join((*lines, "providers: [echo]  # name the model that the agent uses", "tests:", ""))


def line(shape: Shape, case: Mapping[str, Any]) -> str:
    """One case, with the end of its line."""
    if shape is Shape.JSONL:
        return _text(case) + "\n"
    if shape is Shape.PROMPTFOO:
        return f"  - {_text(promptfoo_test(case))}\n"
    return _text(openai_sample(case)) + "\n"


def foot(shape: Shape, count: int) -> str:
    """What stands after them."""
    return "  []\n" if shape is Shape.PROMPTFOO and not count else ""


def promptfoo_test(case: Mapping[str, Any]) -> dict[str, Any]:
    """A test case: what was signed instead is what is expected; of what was rejected, anything else.

    Marks of templates are taken apart in every text, so that words of customers and agents are only ever words.
    """
    call = {"tool": case["tool"], "arguments": case["agent_arguments"]}
    signed = case["human_arguments"]
    wanted = {"type": "not-equals", "value": call}
    if signed is not None:
        wanted = {"type": "equals", "value": {"tool": case["tool"], "arguments": signed}}
    made = {
        "description": f"{case['action_type']} {case['id']}",
        "vars": {"case": _told(case)},
        "assert": [{"type": "is-json"}, wanted],
        "metadata": {name: case[name] for name in _BESIDE} | {"signoff": case["lesson"]},
    }
    return {key: _inert(each) for key, each in made.items()}


_BESIDE = ("id", "action_type", "agent", "model", "build", "policy_version", "decision")


def openai_sample(case: Mapping[str, Any]) -> dict[str, Any]:
    """A sample of ``JsonMatch``: ``ideal`` is the call that was signed, or none where it was rejected."""
    signed = case["human_arguments"]
    ideal = {"tool": None} if signed is None else {"tool": case["tool"], "arguments": signed}
    messages = [{"role": "system", "content": PROMPT}, {"role": "user", "content": _told(case)}]
    metadata = {name: case[name] for name in _BESIDE} | {
        "lesson": case["lesson"],
        "agent_arguments": case["agent_arguments"],
    }
    return {"input": messages, "ideal": _text(ideal), "metadata": metadata}


def openai_registry(samples: str) -> str:
    """The entry of the registry, as YAML; ``samples`` is where the samples lie below the registry's ``data``."""
    return "".join(
        (
            f"{NAME}:\n  id: {NAME}.test.v1\n  metrics: [accuracy]\n",
            "  description: Corrections of an agent by people, as Signoff recorded them\n",
            f"{NAME}.test.v1:\n  class: evals.elsuite.basic.json_match:JsonMatch\n",
            f"  args:\n    samples_jsonl: {samples}\n",
        )
    )


def _told(case: Mapping[str, Any]) -> str:
    """The conversation and the case, as the agent had them."""
    lines = [*(str(one) for one in case["input"])]
    context = {name: value for name, value in case["context"].items() if name != "transcript"}
    return "\n".join((*lines, "", f"Context: {_text(context)}", f"Tool at hand: {case['tool']}")).strip()


def _inert(value: Any) -> Any:  # noqa: ANN401 - any JSON
    if isinstance(value, str):
        return _said(value)
    if isinstance(value, Mapping):
        return {key: _inert(each) for key, each in value.items()}
    return [_inert(each) for each in value] if isinstance(value, (list, tuple)) else value


def _said(text: str) -> str:
    for mark, apart in _TEMPLATES:
        text = text.replace(mark, apart)
    return f" {text}" if text.startswith(("file://", "package:")) else text


def _text(value: Any) -> str:  # noqa: ANN401 - any JSON
    """One line of JSON, which is YAML too: control characters and the ends of lines that YAML knows are escaped."""
    return json.dumps(value, ensure_ascii=True, default=str)


def lines_of(shape: Shape, found: list[Mapping[str, Any]]) -> Iterator[str]:
    """A whole file of cases that are at hand."""
    yield head(shape)
    yield from (line(shape, case) for case in found)
    yield foot(shape, len(found))
