"""Tables: named columns of prose in the middle of numbers, keys and formulas, cell by cell."""

from pipeline.documents.sheets.delimited import Csv, Tsv
from pipeline.documents.sheets.workbook import Xlsx

__all__ = ["Csv", "Tsv", "Xlsx"]
