"""Describe the saved questions as an interface for programs (OpenAPI 3.1)."""

import json
from typing import Any

from server.negotiation import CONSTRUCTED, EXCEL, SOLUTIONS, Format
from server.questions.library import PATH, describe, offered
from server.questions.parameters import LONGEST, find_example, list_years
from server.questions.question import Parameter, SavedQuestion
from server.release.current import Release
from transform.text.message import Message, message

MEDIA_TYPE = "application/vnd.oai.openapi+json;version=3.1"
_REFUSALS = ("400", "406", "422", "429", "503")
_PROBLEM = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def write(release: Release, language: str) -> bytes:
    """Write the description of the questions that a release can answer, in a language."""
    own = release.register.choose(release.manifest["series"]["title"], language)
    title = message("questions.openapi_title", series=own.value).text(language)
    info: dict[str, Any] = {"title": title, "version": release.name}
    info["description"] = message("questions.openapi_about").text(language)
    if licence := release.manifest["series"].get("licence"):
        info["license"] = {"name": licence, "url": licence}
    refusals = {
        status: {
            "description": message(f"questions.status_{status}").text(language),
            "content": _PROBLEM,
        }
        for status in _REFUSALS
    }
    document = {
        "openapi": "3.1.0",
        "info": info,
        "servers": [{"url": ".."}],  # relative to this document
        "paths": {
            f"/{PATH}/{question.name}": {"get": _describe(question, release, language)}
            for question in offered(release)
        },
        "components": {
            "schemas": {"Problem": _problem_schema()},
            "responses": {f"Refusal{status}": body for status, body in refusals.items()},
        },
    }
    return (json.dumps(document, ensure_ascii=False, indent=1) + "\n").encode()


def _describe(question: SavedQuestion, release: Release, language: str) -> dict[str, Any]:
    words = release.register.words_in(language)
    listed = describe(question, release.register, language)
    forms: tuple[Format, ...] = CONSTRUCTED if question.form == "construct" else SOLUTIONS
    named = (*forms, EXCEL) if question.form == "select" else forms
    parameters = [_parameter(each, release, language) for each in question.parameters]
    parameters += [
        _choice("format", "questions.parameter_format", [form.suffix for form in named], language),
        _choice("lang", "questions.parameter_lang", release.register.interface, language),
    ]
    answer: dict[str, Any] = {
        "description": message("questions.openapi_answer").text(language),
        "content": {form.media_type: {} for form in forms},
    }
    if question.columns:
        answer["x-columns"] = list(question.columns)
    return {
        "operationId": question.name,
        "summary": listed.title,
        "description": listed.description,
        "tags": [message(f"questions.theme_{question.theme}", **words).text(language)],
        "parameters": parameters,
        "responses": {
            "200": answer,
            **{status: {"$ref": f"#/components/responses/Refusal{status}"} for status in _REFUSALS},
        },
    }


def _parameter(parameter: Parameter, release: Release, language: str) -> dict[str, Any]:
    words = release.register.words_in(language)
    described: dict[str, Any] = {
        "name": parameter.name,
        "in": "query",
        "description": message(f"questions.column_{parameter.name}", **words).text(language),
        "required": parameter.required,
        "schema": _schema(parameter, release),
    }
    described["example"] = described["schema"].pop("example")
    return described


def _schema(parameter: Parameter, release: Release) -> dict[str, Any]:
    example: Any = find_example(parameter, release)
    schema: dict[str, Any] = {"type": "string", "maxLength": LONGEST}
    if parameter.type == "year":
        example = int(example)
        schema = {"type": "integer", "enum": list_years(release)}
    elif parameter.type == "number":
        example = float(example)
        schema = {"type": "number"}
    elif parameter.type == "date":
        schema["format"] = "date"
    if not parameter.required:
        schema["default"] = example
    return {**schema, "example": example}


def _choice(name: str, key: str, values: Any, language: str) -> dict[str, Any]:
    return {
        "name": name,
        "in": "query",
        "description": Message(key).text(language),
        "required": False,
        "schema": {"type": "string", "enum": list(values)},
    }


def _problem_schema() -> dict[str, Any]:
    """Return the members of a problem (RFC 9457)."""
    texts = ("type", "title", "detail", "kind")
    members: dict[str, Any] = {name: {"type": "string"} for name in texts}
    members["status"] = {"type": "integer"}
    return {"type": "object", "required": sorted(members), "properties": members}
