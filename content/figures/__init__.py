"""The pictures of the lessons, one small script each.

A lesson whose front matter says ``figure: {name: gradient_descent, alt: …}`` is shown the
picture of ``content/figures/gradient_descent.py``. A script has one public function,
``draw() -> matplotlib.figure.Figure``, built with the helpers of ``content.figures.style``;
``content.pictures`` runs it and keeps the picture. To look at one while writing it:

    python -m content.pictures gradient_descent picture.png
"""
