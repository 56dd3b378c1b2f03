"""Tables: named columns of prose in the middle of numbers, keys and formulas, cell by cell."""

from pipeline.documents.sheets.delimited import Csv, Tsv

__all__ = ["Csv", "Tsv"]
