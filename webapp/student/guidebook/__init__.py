"""The guides as data: what they say, in typed pieces, and where each figure comes from."""
