"""What a live model says of its days, as documents of made-up streams have it."""

DAY_RULES = {
    "zone": "UTC",
    "min_customers": 3,
    "max_jump_days": 31,
    "history_days": 400,
    "is_recountable": True,
}
