"""The site of the documentation: `make docs` builds it into build/docs, without a network.

Its pages are the Markdown files of the repository where they stand, so that links between them
hold on a Git host and on the site alike. What the code knows best is made from it: `generated`.
"""

from __future__ import annotations

import sys
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE / "_ext"), str(HERE.parent)]

project = "Passerelle"
author = "the authors of Passerelle"
copyright = "the authors of Passerelle, Apache License 2.0"

extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon", "generated"]
root_doc = "docs/index"
include_patterns = [
    "docs/**.md",
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "benchmarks/RESULTS.md",
]
# Folders that are not looked through.
exclude_patterns = [".*", "build", "dist", "outputs", "tests", "pipeline", "seeds", "glossary"]
exclude_patterns += ["docs/month/articles", "docs/month/CAST.md"]  # texts that are translated

myst_heading_anchors = 4  # as a Git host names them
myst_linkify_fuzzy_links = False
smartquotes_action = "qe"  # quotes and ellipses; `--strict` stays what is typed
highlight_language = "none"  # a block without a language is no program
default_role = "code"  # one backtick in a docstring
nitpicky = True
nitpick_ignore_regex = [("py:(class|exc)", ".*")]  # not all that signatures name is described
autodoc_member_order = "bysource"
autodoc_class_signature = "mixed"
autodoc_typehints_format = "short"
napoleon_numpy_docstring = False

html_theme = "furo"
html_title = "Passerelle"
html_copy_source = False
html_show_sourcelink = False
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_extra_path = ["_site"]  # index.html, which leads to docs/index.html
html_theme_options = {"navigation_with_keys": True}
