"""What both estimators promise: parameters are looked at before they are used, and errors change nothing."""

from collections.abc import Callable, Mapping
from functools import wraps
from typing import Any, TypeVar, cast

import numpy as np

from shared.errors import InvalidConfig

Method = TypeVar("Method", bound=Callable[..., Any])


def learning(method: Method) -> Method:
    """Check the parameters of a model that begins, and put the estimator back as it was if it fails.

    Raises
    ------
    ValueError : a parameter has a wrong type or value; see `_parameter_constraints`. What the core
        calls InvalidConfig is a ValueError to users of scikit-learn.
    """

    @wraps(method)
    def checked(self: Any, *args: Any, **kwargs: Any) -> Any:
        # As in scikit-learn: a model that goes on has had its parameters looked at.
        if method.__name__ == "fit" or not hasattr(self, "n_features_in_"):
            self._validate_params()
            _refuse_flags(self, self._parameter_constraints)
        # Attributes are replaced, never altered in place, so references to them are a copy.
        before = dict(vars(self))
        try:
            return method(self, *args, **kwargs)
        except BaseException as error:
            vars(self).clear()
            vars(self).update(before)
            if isinstance(error, InvalidConfig):
                raise ValueError(str(error)) from error
            raise

    return cast("Method", checked)


def _refuse_flags(estimator: object, constraints: Mapping[str, list[Any]]) -> None:
    """Refuse booleans for numbers: to Python, and so to scikit-learn, they are integers."""
    for name, allowed in constraints.items():
        value = getattr(estimator, name)
        if isinstance(value, bool | np.bool_) and "boolean" not in allowed:
            owner = type(estimator).__name__
            msg = f"The {name!r} parameter of {owner} must not be a boolean. Got {value} instead."
            raise ValueError(msg)
