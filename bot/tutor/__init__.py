"""Answers in a language model's words, as far as lesson passages support them."""
