"""Golden personas: invented students, listings of the demo catalogue graded by hand, and the engine against them."""
