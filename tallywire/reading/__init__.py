"""Reading: a text in, its figures and actors out, each with the sentence it rests on.

`read` is the one door. It is pure (no clock, no network, no environment), total on any text, and its time
is linear in the length of the text.
"""
