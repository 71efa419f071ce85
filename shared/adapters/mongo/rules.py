"""The words that document shapes are written in: MongoDB's dialect of JSON Schema, shortened.

A double is bounded on both sides, because NaN and the infinities are of type double and only a bound
refuses them. Whole numbers may be stored in 32 or 64 bits: the driver picks by size.
"""

from collections.abc import Mapping
from typing import Any

Rule = dict[str, Any]

LARGEST = 1e300

ANYTHING: Rule = {}
STRING: Rule = {"bsonType": "string"}
WHOLE: Rule = {"bsonType": ["int", "long"]}
COUNT: Rule = WHOLE | {"minimum": 0}
NUMBER: Rule = {"bsonType": "double", "minimum": -LARGEST, "maximum": LARGEST}
SHARE: Rule = {"bsonType": "double", "minimum": 0, "maximum": 1}
DATE: Rule = {"bsonType": "date"}
BOOL: Rule = {"bsonType": "bool"}
BYTES: Rule = {"bsonType": "binData"}
OBJECT: Rule = {"bsonType": "object"}
ARRAY: Rule = {"bsonType": "array"}


def one_of(*values: str) -> Rule:
    """Return the rule of one of these strings."""
    return {"enum": list(values)}


def or_null(rule: Rule) -> Rule:
    """Return the same rule for a value that may be unknown."""
    types = rule["bsonType"]
    return rule | {"bsonType": [*([types] if isinstance(types, str) else types), "null"]}


def fields(rule: Rule, names: str) -> dict[str, Rule]:
    """Give each of the space-separated names the same rule."""
    return dict.fromkeys(names.split(), rule)


def items(properties: Mapping[str, Rule]) -> Rule:
    """Return the rule of an array of objects that have all these keys."""
    return {"bsonType": "array", "items": shape(properties)}


def shape(properties: Mapping[str, Rule], patterns: Mapping[str, Rule] | None = None) -> Rule:
    """Return the rule of an object that has all these keys; names that match a pattern follow its rule."""
    rule: Rule = {"bsonType": "object", "required": list(properties)}
    # A key that may hold anything needs no rule, and the server would spend time on an empty one.
    rule["properties"] = {name: kind for name, kind in properties.items() if kind}
    return rule | ({"patternProperties": dict(patterns)} if patterns else {})
