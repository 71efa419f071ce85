"""Lines or arrays of JSON objects as rows."""
